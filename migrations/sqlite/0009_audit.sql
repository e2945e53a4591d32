-- What happened, in streams that each start of a process writes. Rows are added, and leave from the front of a stream
-- when they are old; none is ever changed. The hashes are what shows it (docs/how-to/audit.md).
CREATE TABLE audit_log (
  stream        TEXT NOT NULL,
  sequence      INTEGER NOT NULL,  -- from 1 on, without gaps
  at            INTEGER NOT NULL,
  type          TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  actor         TEXT NOT NULL,
  client_id     TEXT,
  user_id       TEXT,
  bap_id        TEXT,
  session_id    TEXT,
  network       TEXT,
  request_id    TEXT,
  detail        TEXT NOT NULL,  -- JSON
  previous_hash BLOB NOT NULL,
  hash          BLOB NOT NULL,
  signature     BLOB,           -- over hash: the last row of every batch
  PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_log_time ON audit_log (at, stream, sequence);
CREATE INDEX audit_log_user ON audit_log (user_id, at) WHERE user_id IS NOT NULL;
