-- Clients that got tokens in a session and whose grants are gone already: they still want to hear of its end.
CREATE TABLE session_clients (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  client_id  TEXT NOT NULL,
  PRIMARY KEY (session_id, client_id)
) STRICT, WITHOUT ROWID;

-- Back-channel logout: the end of a session that a client has still to be told of.
CREATE TABLE logout_deliveries (
  session_id      TEXT NOT NULL,
  client_id       TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  attempts        INTEGER NOT NULL,  -- begun so far
  next_attempt_at INTEGER NOT NULL,  -- not before; also the end of a worker's lease
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,  -- of the row
  PRIMARY KEY (session_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX logout_deliveries_due ON logout_deliveries (next_attempt_at);
CREATE INDEX logout_deliveries_client ON logout_deliveries (client_id);
CREATE INDEX logout_deliveries_expiry ON logout_deliveries (expires_at);
