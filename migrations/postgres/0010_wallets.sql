-- Wallets that people have proven to hold: an address is connected to one person at a time.
CREATE TABLE wallets (
  address           text COLLATE "C" PRIMARY KEY,
  pubkey            text COLLATE "C" NOT NULL,
  user_id           text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  bap_id            text COLLATE "C" NOT NULL,
  provider          text NOT NULL,
  connection_method text NOT NULL,
  is_primary        boolean NOT NULL,
  connected_at      bigint NOT NULL,
  last_verified     bigint NOT NULL
);
CREATE INDEX wallets_user ON wallets (user_id);
-- What the operator's rules make of them. The revision counts wallets that come and go.
CREATE TABLE entitlements (
  user_id           text COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  revision          bigint NOT NULL,
  roles             text NOT NULL,
  subscription_tier text NOT NULL,
  evidence          text NOT NULL,
  complete          boolean NOT NULL,
  evaluated_at      bigint
);
