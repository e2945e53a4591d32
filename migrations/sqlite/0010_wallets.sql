-- Wallets that people have proven to hold: an address is connected to one person at a time.
CREATE TABLE wallets (
  address           TEXT PRIMARY KEY NOT NULL,
  pubkey            TEXT NOT NULL,
  user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  bap_id            TEXT NOT NULL,
  provider          TEXT NOT NULL,
  connection_method TEXT NOT NULL,
  is_primary        INTEGER NOT NULL,
  connected_at      INTEGER NOT NULL,
  last_verified     INTEGER NOT NULL
) STRICT;
CREATE INDEX wallets_user ON wallets (user_id);
-- What the operator's rules make of them. The revision counts wallets that come and go.
CREATE TABLE entitlements (
  user_id           TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  revision          INTEGER NOT NULL,
  roles             TEXT NOT NULL,
  subscription_tier TEXT NOT NULL,
  evidence          TEXT NOT NULL,
  complete          INTEGER NOT NULL,
  evaluated_at      INTEGER
) STRICT;
