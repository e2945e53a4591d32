-- Times are UTC milliseconds; lists and JSON are JSON text; booleans are 0 and 1; hashes are 32 bytes.
-- Bearer secrets are never stored, only their SHA-256.

CREATE TABLE clients (
  id            TEXT PRIMARY KEY NOT NULL,
  name          TEXT NOT NULL,
  auth_method   TEXT NOT NULL,
  redirect_uris TEXT NOT NULL,
  grant_types   TEXT NOT NULL,
  scopes        TEXT NOT NULL,
  member_keys   TEXT NOT NULL,
  secrets       TEXT NOT NULL,
  owner_bap_id  TEXT,
  skip_consent  INTEGER NOT NULL,
  disabled      INTEGER NOT NULL,
  metadata      TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- clients.member_keys is the truth; this finds a client by a key.
CREATE TABLE client_member_keys (
  pubkey    TEXT NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  PRIMARY KEY (pubkey, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_member_keys_client ON client_member_keys (client_id);

CREATE TABLE users (
  id                TEXT PRIMARY KEY NOT NULL,
  name              TEXT NOT NULL,
  email             TEXT,
  email_verified    INTEGER NOT NULL,
  image             TEXT,
  pubkey            TEXT UNIQUE,
  subscription_tier TEXT NOT NULL,
  roles             TEXT NOT NULL,
  disabled          INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE profiles (
  bap_id        TEXT PRIMARY KEY NOT NULL,
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  image         TEXT,
  member_pubkey TEXT NOT NULL,
  is_primary    INTEGER NOT NULL,
  counter       INTEGER NOT NULL,
  profile       TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_user ON profiles (user_id);
CREATE INDEX profiles_member_pubkey ON profiles (member_pubkey);

CREATE TABLE sessions (
  id            TEXT PRIMARY KEY NOT NULL,
  token_hash    BLOB NOT NULL UNIQUE,
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  active_bap_id TEXT,
  auth_time     INTEGER NOT NULL,
  ip_address    TEXT NOT NULL,
  user_agent    TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- One authorization with its code. Revoking this row ends every token of the family, also those still being issued.
-- Rows that stand for other grants with a user have no code. No foreign keys here or in the token tables: they would
-- lock the client's row for every token.
CREATE TABLE grants (
  id                    TEXT PRIMARY KEY NOT NULL,
  code_hash             BLOB UNIQUE,
  client_id             TEXT NOT NULL,
  user_id               TEXT NOT NULL,
  session_id            TEXT,
  bap_id                TEXT,
  redirect_uri          TEXT NOT NULL,
  redirect_uri_was_sent INTEGER NOT NULL,
  code_challenge        TEXT,
  scopes                TEXT NOT NULL,
  offline_access        INTEGER NOT NULL,  -- whether scopes holds it
  nonce                 TEXT,
  acr                   TEXT,
  claims                TEXT NOT NULL,
  resources             TEXT NOT NULL,
  auth_time             INTEGER NOT NULL,
  created_at            INTEGER NOT NULL,
  code_expires_at       INTEGER NOT NULL,
  consumed_at           INTEGER,
  revoked_at            INTEGER,
  expires_at            INTEGER NOT NULL   -- of the row: never before its last token's
) STRICT;
CREATE INDEX grants_client_user ON grants (client_id, user_id);
CREATE INDEX grants_session ON grants (session_id);
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE access_tokens (
  hash       BLOB PRIMARY KEY NOT NULL,
  grant_id   TEXT NOT NULL,
  client_id  TEXT NOT NULL,
  user_id    TEXT,
  session_id TEXT,
  bap_id     TEXT,
  scopes     TEXT NOT NULL,
  audience   TEXT NOT NULL,
  details    TEXT NOT NULL,
  auth_time  INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX access_tokens_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);
-- Tokens without a user have no row in grants to find them by.
CREATE INDEX access_tokens_client ON access_tokens (client_id) WHERE user_id IS NULL;

CREATE TABLE refresh_tokens (
  hash                BLOB PRIMARY KEY NOT NULL,
  grant_id            TEXT NOT NULL,
  client_id           TEXT NOT NULL,
  user_id             TEXT NOT NULL,
  session_id          TEXT NOT NULL,
  bap_id              TEXT,
  scopes              TEXT NOT NULL,
  resources           TEXT NOT NULL,
  details             TEXT NOT NULL,
  auth_time           INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  expires_at          INTEGER NOT NULL,
  rotated_at          INTEGER,
  revoked_at          INTEGER,
  sealed_answer       BLOB,
  request_fingerprint BLOB
) STRICT;
CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE consents (
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id  TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  bap_id     TEXT NOT NULL,  -- empty: without an identity
  scopes     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_id, bap_id)
) STRICT;
CREATE INDEX consents_client ON consents (client_id);

CREATE TABLE signing_keys (
  kid            TEXT PRIMARY KEY NOT NULL,
  algorithm      TEXT NOT NULL,
  public_jwk     TEXT NOT NULL,
  sealed_private BLOB NOT NULL,
  created_at     INTEGER NOT NULL,
  active_from    INTEGER NOT NULL,
  retired_at     INTEGER,
  expires_at     INTEGER
) STRICT;
-- Two replicas that make the first key at once: one wins.
CREATE UNIQUE INDEX signing_keys_current ON signing_keys (algorithm) WHERE retired_at IS NULL;
CREATE INDEX signing_keys_expiry ON signing_keys (expires_at);

-- What may be used once: X-Auth-Tokens, jti. Grows with traffic and shrinks by expiry.
CREATE TABLE used_keys (
  key        BLOB PRIMARY KEY NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_keys_expiry ON used_keys (expires_at);
