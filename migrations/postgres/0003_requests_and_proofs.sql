-- The key that an authorization request was bound to in advance (RFC 9449 §10).
ALTER TABLE grants ADD COLUMN dpop_jkt text;

-- Authorization requests that clients pushed (RFC 9126), by the SHA-256 of their request_uri.
CREATE TABLE pushed_requests (
  hash               bytea PRIMARY KEY,
  client_id          text NOT NULL,
  parameters         text NOT NULL,     -- form-encoded
  created_at         bigint NOT NULL,
  request_expires_at bigint NOT NULL,  -- until then a person may begin with it
  consumed_at        bigint,
  expires_at         bigint NOT NULL   -- of the row: a person who began may take longer
);
CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at);

-- Random values that this server makes once and all replicas share, sealed with its secret.
CREATE TABLE server_secrets (
  name       text PRIMARY KEY,
  sealed     bytea NOT NULL,
  created_at bigint NOT NULL
);
