-- The key that an authorization request was bound to in advance (RFC 9449 §10).
ALTER TABLE grants ADD COLUMN dpop_jkt TEXT;

-- Authorization requests that clients pushed (RFC 9126), by the SHA-256 of their request_uri.
CREATE TABLE pushed_requests (
  hash               BLOB PRIMARY KEY NOT NULL,
  client_id          TEXT NOT NULL,
  parameters         TEXT NOT NULL,     -- form-encoded
  created_at         INTEGER NOT NULL,
  request_expires_at INTEGER NOT NULL,  -- until then a person may begin with it
  consumed_at        INTEGER,
  expires_at         INTEGER NOT NULL   -- of the row: a person who began may take longer
) STRICT;
CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at);

-- Random values that this server makes once and all replicas share, sealed with its secret.
CREATE TABLE server_secrets (
  name       TEXT PRIMARY KEY NOT NULL,
  sealed     BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
