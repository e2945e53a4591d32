-- Keys that speak for an identity whose id does not derive from them: what the chain last said, for the time when the
-- BAP API cannot be asked.
CREATE TABLE chain_keys (
  address    text COLLATE "C" PRIMARY KEY,
  bap_id     text COLLATE "C" NOT NULL,
  identity   text NOT NULL,
  checked_at bigint NOT NULL,
  named_at   bigint -- its holder first signed in with it for this identity
);
