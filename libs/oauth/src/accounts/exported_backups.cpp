#include "sigma/oauth/accounts/exported_backups.hpp"

namespace sigma::oauth {

core::Task<Result<void>> add_newest_backups(store::BackupStore& backups, core::Json& exported) {
  for (core::Json& identity : exported.at("identities")) {
    const store::BapId bap_id{identity.at("bap_id").get<std::string>()};
    SIGMA_CO_TRY(const auto newest, co_await backups.find(bap_id, std::nullopt));
    if (newest) identity["newest_backup"] = newest->content;
  }
  co_return Result<void>{};
}

void withhold_newest_backups(core::Json& exported) {
  for (core::Json& identity : exported.at("identities")) {
    if (identity.at("backups").empty()) continue;
    identity["newest_backup_withheld"] =
        "Sign in again in a browser, or sign this request with a key of the account (X-Auth-Token), to take the "
        "encrypted backup along.";
  }
}

}  // namespace sigma::oauth
