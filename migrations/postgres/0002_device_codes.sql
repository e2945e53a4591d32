-- Devices that ask to be signed in (RFC 8628). Device code and user code are kept as SHA-256.
CREATE TABLE device_codes (
  hash            bytea PRIMARY KEY,
  user_code_hash  bytea NOT NULL UNIQUE,
  client_id       text NOT NULL,
  scopes          text NOT NULL,
  status          text NOT NULL CHECK (status IN ('pending', 'approved', 'denied')),
  poll_interval   bigint NOT NULL,  -- seconds; grows when the device polls too fast
  last_polled_at  bigint,
  polled_too_fast boolean NOT NULL,  -- of the last poll
  grant_id        text COLLATE "C",  -- from here on: set by the person's answer
  user_id         text,
  session_id      text,
  bap_id          text,
  auth_time       bigint,
  created_at      bigint NOT NULL,
  code_expires_at bigint NOT NULL,
  consumed_at     bigint,
  expires_at      bigint NOT NULL   -- of the row: late polls still learn why
);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
