-- What happened, in streams that each start of a process writes. Rows are added, and leave from the front of a stream
-- when they are old; none is ever changed. The hashes are what shows it (docs/how-to/audit.md).
CREATE TABLE audit_log (
  stream        text COLLATE "C" NOT NULL,
  sequence      bigint NOT NULL,  -- from 1 on, without gaps
  at            bigint NOT NULL,
  type          text COLLATE "C" NOT NULL,
  outcome       text COLLATE "C" NOT NULL,
  actor         text COLLATE "C" NOT NULL,
  client_id     text COLLATE "C",
  user_id       text COLLATE "C",
  bap_id        text COLLATE "C",
  session_id    text COLLATE "C",
  network       text COLLATE "C",
  request_id    text COLLATE "C",
  detail        text NOT NULL,    -- JSON
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  signature     bytea,            -- over hash: the last row of every batch
  PRIMARY KEY (stream, sequence)
);
CREATE INDEX audit_log_time ON audit_log (at, stream, sequence);
CREATE INDEX audit_log_user ON audit_log (user_id, at) WHERE user_id IS NOT NULL;
