-- oldest-program: 10
-- IF NOT EXISTS: on a large database they may be built before, without holding anybody up (docs/how-to/upgrade.md).
-- Who administers accounts finds them by the beginning of a name or an address (libs/store/src/account_store.cpp).
-- lower() in "C" knows ASCII only: it does not change with the language of the database or with its libraries.
CREATE INDEX IF NOT EXISTS users_name ON users (lower(name COLLATE "C"));
CREATE INDEX IF NOT EXISTS users_email ON users (lower(email COLLATE "C"));
CREATE INDEX IF NOT EXISTS profiles_name ON profiles (lower(name COLLATE "C"));
-- Removing an account finds what belongs to it.
CREATE INDEX IF NOT EXISTS chain_keys_bap_id ON chain_keys (bap_id);
CREATE INDEX IF NOT EXISTS device_codes_user ON device_codes (user_id) WHERE user_id IS NOT NULL;
-- Who searches the log for what happens rarely, or to one client, does not read all of it.
CREATE INDEX IF NOT EXISTS audit_log_type ON audit_log (type, at);
CREATE INDEX IF NOT EXISTS audit_log_client ON audit_log (client_id, at) WHERE client_id IS NOT NULL;
