#include "sigma/store/chain_key_store.hpp"
#include "statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, ChainKey& key) {
  columns.read(key.address, key.bap_id, key.identity, key.checked_at);
}

Task<Result<std::optional<ChainKey>>> ChainKeyStore::find(std::string address) {
  static const Query kFind("SELECT address, bap_id, identity, checked_at FROM chain_keys WHERE address = $1");
  return db_.read([address = std::move(address)](Connection& connection) {
    return find_one<ChainKey>(connection, kFind, {address});
  });
}

Task<Result<void>> ChainKeyStore::save(ChainKey key) {
  static const Query kSave(
      "INSERT INTO chain_keys (address, bap_id, identity, checked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (address) DO "
      "UPDATE SET bap_id = excluded.bap_id, identity = excluded.identity, checked_at = excluded.checked_at");
  return db_.write(
      {.key = key.address, .single_statement = true}, [key = std::move(key)](Connection& connection) -> Result<void> {
        SIGMA_CHECK(change(connection, kSave, {key.address, key.bap_id, json_text(key.identity), key.checked_at}));
        return {};
      });
}

Task<Result<bool>> ChainKeyStore::refresh_profile(BapId bap_id, core::Json profile, UtcTime now) {
  static const Query kRefresh("UPDATE profiles SET profile = $2, updated_at = $3 WHERE bap_id = $1 AND profile <> $2");
  return db_.write(
      {.key = bap_id.str(), .single_statement = true},
      [bap_id = std::move(bap_id), profile = std::move(profile), now](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto changed, change(connection, kRefresh, {bap_id, json_text(profile), now}));
        return changed > 0;
      });
}

}  // namespace sigma::store
