-- Times are UTC milliseconds; lists and JSON are JSON text; hashes are 32 bytes.
-- Bearer secrets are never stored, only their SHA-256. COLLATE "C": what is compared are bytes, and an upgrade of the
-- system's locales must not corrupt an index. JSON is text, not jsonb: it is read back unchanged and never searched.

CREATE TABLE clients (
  id            text COLLATE "C" PRIMARY KEY,
  name          text NOT NULL,
  auth_method   text NOT NULL,
  redirect_uris text NOT NULL,
  grant_types   text NOT NULL,
  scopes        text NOT NULL,
  member_keys   text NOT NULL,
  secrets       text NOT NULL,
  owner_bap_id  text COLLATE "C",
  skip_consent  boolean NOT NULL,
  disabled      boolean NOT NULL,
  metadata      text NOT NULL,
  created_at    bigint NOT NULL,
  updated_at    bigint NOT NULL
);

-- clients.member_keys is the truth; this finds a client by a key.
CREATE TABLE client_member_keys (
  pubkey    text COLLATE "C" NOT NULL,
  client_id text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  PRIMARY KEY (pubkey, client_id)
);
CREATE INDEX client_member_keys_client ON client_member_keys (client_id);

CREATE TABLE users (
  id                text COLLATE "C" PRIMARY KEY,
  name              text NOT NULL,
  email             text,
  email_verified    boolean NOT NULL,
  image             text,
  pubkey            text COLLATE "C" UNIQUE,
  subscription_tier text NOT NULL,
  roles             text NOT NULL,
  disabled          boolean NOT NULL,
  created_at        bigint NOT NULL,
  updated_at        bigint NOT NULL
);

CREATE TABLE profiles (
  bap_id        text COLLATE "C" PRIMARY KEY,
  user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name          text NOT NULL,
  image         text,
  member_pubkey text COLLATE "C" NOT NULL,
  is_primary    boolean NOT NULL,
  counter       bigint NOT NULL,
  profile       text NOT NULL,
  created_at    bigint NOT NULL,
  updated_at    bigint NOT NULL
);
CREATE INDEX profiles_user ON profiles (user_id);
CREATE INDEX profiles_member_pubkey ON profiles (member_pubkey);

-- Tables that grow with traffic keep room for updates in place and are vacuumed early.
CREATE TABLE sessions (
  id            text COLLATE "C" PRIMARY KEY,
  token_hash    bytea NOT NULL UNIQUE,
  user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  active_bap_id text COLLATE "C",
  auth_time     bigint NOT NULL,
  ip_address    text NOT NULL,
  user_agent    text NOT NULL,
  created_at    bigint NOT NULL,
  updated_at    bigint NOT NULL,
  expires_at    bigint NOT NULL
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- One authorization with its code. Revoking this row ends every token of the family, also those still being issued.
-- Rows that stand for other grants with a user have no code. No foreign keys here or in the token tables: they would
-- lock the client's row for every token.
CREATE TABLE grants (
  id                    text COLLATE "C" PRIMARY KEY,
  code_hash             bytea UNIQUE,
  client_id             text COLLATE "C" NOT NULL,
  user_id               text COLLATE "C" NOT NULL,
  session_id            text COLLATE "C",
  bap_id                text COLLATE "C",
  redirect_uri          text NOT NULL,
  redirect_uri_was_sent boolean NOT NULL,
  code_challenge        text,
  scopes                text NOT NULL,
  offline_access        boolean NOT NULL,  -- whether scopes holds it
  nonce                 text,
  acr                   text,
  claims                text NOT NULL,
  resources             text NOT NULL,
  auth_time             bigint NOT NULL,
  created_at            bigint NOT NULL,
  code_expires_at       bigint NOT NULL,
  consumed_at           bigint,
  revoked_at            bigint,
  expires_at            bigint NOT NULL   -- of the row: never before its last token's
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX grants_client_user ON grants (client_id, user_id);
CREATE INDEX grants_session ON grants (session_id);
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE access_tokens (
  hash       bytea PRIMARY KEY,
  grant_id   text COLLATE "C" NOT NULL,
  client_id  text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C",
  session_id text COLLATE "C",
  bap_id     text COLLATE "C",
  scopes     text NOT NULL,
  audience   text NOT NULL,
  details    text NOT NULL,
  auth_time  bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  revoked_at bigint
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX access_tokens_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);
-- Tokens without a user have no row in grants to find them by.
CREATE INDEX access_tokens_client ON access_tokens (client_id) WHERE user_id IS NULL;

CREATE TABLE refresh_tokens (
  hash                bytea PRIMARY KEY,
  grant_id            text COLLATE "C" NOT NULL,
  client_id           text COLLATE "C" NOT NULL,
  user_id             text COLLATE "C" NOT NULL,
  session_id          text COLLATE "C" NOT NULL,
  bap_id              text COLLATE "C",
  scopes              text NOT NULL,
  resources           text NOT NULL,
  details             text NOT NULL,
  auth_time           bigint NOT NULL,
  created_at          bigint NOT NULL,
  expires_at          bigint NOT NULL,
  rotated_at          bigint,
  revoked_at          bigint,
  sealed_answer       bytea,
  request_fingerprint bytea
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE consents (
  user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id  text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  bap_id     text COLLATE "C" NOT NULL,  -- empty: without an identity
  scopes     text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (user_id, client_id, bap_id)
);
CREATE INDEX consents_client ON consents (client_id);

CREATE TABLE signing_keys (
  kid            text COLLATE "C" PRIMARY KEY,
  algorithm      text COLLATE "C" NOT NULL,
  public_jwk     text NOT NULL,
  sealed_private bytea NOT NULL,
  created_at     bigint NOT NULL,
  active_from    bigint NOT NULL,
  retired_at     bigint,
  expires_at     bigint
);
-- Two replicas that make the first key at once: one wins.
CREATE UNIQUE INDEX signing_keys_current ON signing_keys (algorithm) WHERE retired_at IS NULL;
CREATE INDEX signing_keys_expiry ON signing_keys (expires_at);

-- What may be used once: X-Auth-Tokens, jti. Grows with traffic and shrinks by expiry.
CREATE TABLE used_keys (
  key        bytea PRIMARY KEY,
  expires_at bigint NOT NULL
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX used_keys_expiry ON used_keys (expires_at);
