-- Clients that got tokens in a session and whose grants are gone already: they still want to hear of its end.
CREATE TABLE session_clients (
  session_id text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  client_id  text COLLATE "C" NOT NULL,
  PRIMARY KEY (session_id, client_id)
);

-- Back-channel logout: the end of a session that a client has still to be told of.
CREATE TABLE logout_deliveries (
  session_id      text COLLATE "C" NOT NULL,
  client_id       text COLLATE "C" NOT NULL,
  user_id         text NOT NULL,
  attempts        bigint NOT NULL,  -- begun so far
  next_attempt_at bigint NOT NULL,  -- not before; also the end of a worker's lease
  created_at      bigint NOT NULL,
  expires_at      bigint NOT NULL,  -- of the row
  PRIMARY KEY (session_id, client_id)
);
CREATE INDEX logout_deliveries_due ON logout_deliveries (next_attempt_at);
CREATE INDEX logout_deliveries_client ON logout_deliveries (client_id);
CREATE INDEX logout_deliveries_expiry ON logout_deliveries (expires_at);
