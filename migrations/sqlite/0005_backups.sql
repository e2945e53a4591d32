-- Encrypted backups of identities, the newest few of each. Only their owners can read them; the server keeps text.
CREATE TABLE backups (
  bap_id     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  content    TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (bap_id, version)
) STRICT;
-- The number last given: writers of one identity queue up at this row.
CREATE TABLE backup_series (
  bap_id       TEXT PRIMARY KEY NOT NULL,
  last_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
