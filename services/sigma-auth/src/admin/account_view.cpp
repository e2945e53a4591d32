#include "admin/account_view.hpp"

#include "admin/account_json.hpp"

namespace sigma::service {
namespace {

using core::Json;

Json render_entitlements(const std::optional<store::Entitlements>& known) {
  if (!known || !known->evaluated_at) return nullptr;
  return {{"roles", known->roles},
          {"subscription_tier", known->subscription_tier},
          {"complete", known->complete},
          {"evaluated_at", core::to_iso8601(*known->evaluated_at)}};
}

}  // namespace

Json render_wallet(const store::Wallet& wallet) {
  return {{"address", wallet.address},
          {"bap_id", wallet.bap_id.str()},
          {"provider", wallet.provider},
          {"connection_method", wallet.connection_method},
          {"is_primary", wallet.is_primary},
          {"connected_at", core::to_iso8601(wallet.connected_at)},
          {"last_verified", core::to_iso8601(wallet.last_verified)}};
}

core::Task<store::Found<Json>> view_account(AccountRows rows, const core::Clock& clock, store::UserId id) {
  oauth::AccountBook accounts(rows.store, clock);
  SIGMA_CO_TRY(const auto account, co_await accounts.find(id));
  if (!account) co_return std::optional<Json>{};
  SIGMA_CO_TRY(const auto wallets, co_await rows.wallets.list(id));
  SIGMA_CO_TRY(const auto known, co_await rows.entitlements.find(id));
  Json view = render_account(*account);
  for (Json& identity : view["identities"]) {
    SIGMA_CO_TRY(const auto versions,
                 co_await rows.store.backups.list(store::BapId{identity["bap_id"].get<std::string>()}));
    identity["backups"] = Json::array();
    for (const store::BackupVersion& version : versions) {
      identity["backups"].push_back(
          {{"version", version.version}, {"created_at", core::to_iso8601(version.created_at)}});
    }
  }
  view["wallets"] = Json::array();
  for (const store::Wallet& wallet : wallets) view["wallets"].push_back(render_wallet(wallet));
  view["entitlements"] = render_entitlements(known);
  co_return std::optional(std::move(view));
}

}  // namespace sigma::service
