-- Keys that speak for an identity whose id does not derive from them: what the chain last said, for the time when the
-- BAP API cannot be asked.
CREATE TABLE chain_keys (
  address    TEXT PRIMARY KEY NOT NULL,
  bap_id     TEXT NOT NULL,
  identity   TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  named_at   INTEGER -- its holder first signed in with it for this identity
) STRICT;
