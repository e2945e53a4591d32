-- Switching off or removing an account finds its grants.
CREATE INDEX grants_user ON grants (user_id);
