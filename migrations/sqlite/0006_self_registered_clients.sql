-- Clients that registered themselves (RFC 7591) manage themselves with a token (RFC 7592), kept as SHA-256.
ALTER TABLE clients ADD COLUMN registration_token BLOB;
-- Removed then unless a person has agreed to the client before.
ALTER TABLE clients ADD COLUMN expires_at INTEGER;
CREATE INDEX clients_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX clients_self_registered ON clients (created_at) WHERE registration_token IS NOT NULL;
CREATE INDEX clients_owner ON clients (owner_bap_id);
