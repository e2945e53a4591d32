#include "sigma/store/chain_key_store.hpp"
#include "statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, ChainKey& key) {
  columns.read(key.address, key.bap_id, key.identity, key.checked_at, key.named_at);
}

Task<Result<std::optional<ChainKey>>> ChainKeyStore::find(std::string address) {
  static const Query kFind("SELECT address, bap_id, identity, checked_at, named_at FROM chain_keys WHERE address = $1");
  return db_.read([address = std::move(address)](Connection& connection) {
    return find_one<ChainKey>(connection, kFind, {address});
  });
}

Task<Result<void>> ChainKeyStore::save(ChainKey key) {
  static const Query kSave(
      "INSERT INTO chain_keys (address, bap_id, identity, checked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (address) DO "
      "UPDATE SET bap_id = excluded.bap_id, identity = excluded.identity, checked_at = excluded.checked_at, named_at = "
      "CASE WHEN chain_keys.bap_id = excluded.bap_id THEN chain_keys.named_at END");
  WriteTraits traits{.key = key.address, .single_statement = true};
  return db_.write(std::move(traits), [key = std::move(key)](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kSave, {key.address, key.bap_id, json_text(key.identity), key.checked_at}));
    return {};
  });
}

Task<Result<void>> ChainKeyStore::name(std::string address, BapId bap_id, UtcTime now) {
  static const Query kName(
      "UPDATE chain_keys SET named_at = $3 WHERE address = $1 AND bap_id = $2 AND named_at IS NULL");
  WriteTraits traits{.key = address, .single_statement = true};
  return db_.write(
      std::move(traits),
      [address = std::move(address), bap_id = std::move(bap_id), now](Connection& connection) -> Result<void> {
        SIGMA_CHECK(change(connection, kName, {address, bap_id, now}));
        return {};
      });
}

Task<Result<bool>> ChainKeyStore::refresh_profile(BapId bap_id, core::Json profile, UtcTime now) {
  static const Query kRefresh("UPDATE profiles SET profile = $2, updated_at = $3 WHERE bap_id = $1 AND profile <> $2");
  WriteTraits traits{.key = bap_id.str(), .single_statement = true};
  return db_.write(
      std::move(traits),
      [bap_id = std::move(bap_id), profile = std::move(profile), now](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto changed, change(connection, kRefresh, {bap_id, json_text(profile), now}));
        return changed > 0;
      });
}

}  // namespace sigma::store
