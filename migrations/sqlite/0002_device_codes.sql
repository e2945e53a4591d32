-- Devices that ask to be signed in (RFC 8628). Device code and user code are kept as SHA-256.
CREATE TABLE device_codes (
  hash            BLOB PRIMARY KEY NOT NULL,
  user_code_hash  BLOB NOT NULL UNIQUE,
  client_id       TEXT NOT NULL,
  scopes          TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied')),
  poll_interval   INTEGER NOT NULL,  -- seconds; grows when the device polls too fast
  last_polled_at  INTEGER,
  polled_too_fast INTEGER NOT NULL,  -- of the last poll
  grant_id        TEXT,  -- from here on: set by the person's answer
  user_id         TEXT,
  session_id      TEXT,
  bap_id          TEXT,
  auth_time       INTEGER,
  created_at      INTEGER NOT NULL,
  code_expires_at INTEGER NOT NULL,
  consumed_at     INTEGER,
  expires_at      INTEGER NOT NULL   -- of the row: late polls still learn why
) STRICT;
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
