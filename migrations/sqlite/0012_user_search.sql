-- oldest-program: 10
-- Who administers accounts finds them by the beginning of a name or an address (libs/store/src/account_store.cpp).
CREATE INDEX users_name ON users (lower(name));
CREATE INDEX users_email ON users (lower(email));
CREATE INDEX profiles_name ON profiles (lower(name));
-- Removing an account finds what belongs to it.
CREATE INDEX chain_keys_bap_id ON chain_keys (bap_id);
CREATE INDEX device_codes_user ON device_codes (user_id) WHERE user_id IS NOT NULL;
-- Who searches the log for what happens rarely, or to one client, does not read all of it.
CREATE INDEX audit_log_type ON audit_log (type, at);
CREATE INDEX audit_log_client ON audit_log (client_id, at) WHERE client_id IS NOT NULL;
