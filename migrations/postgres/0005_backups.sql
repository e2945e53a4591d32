-- Encrypted backups of identities, the newest few of each. Only their owners can read them; the server keeps text.
CREATE TABLE backups (
  bap_id     text COLLATE "C" NOT NULL,
  version    bigint NOT NULL,
  content    text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (bap_id, version)
);
-- The number last given: writers of one identity queue up at this row.
CREATE TABLE backup_series (
  bap_id       text COLLATE "C" PRIMARY KEY,
  last_version bigint NOT NULL
);
