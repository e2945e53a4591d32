#include "admin/entitlement_json.hpp"

#include "admin/account_view.hpp"

namespace sigma::service {
namespace {

using core::Json;

core::Task<core::Result<std::optional<store::User>>> find_user(store::Store& store, std::string name) {
  SIGMA_CO_TRY(auto user, co_await store.users.find(store::UserId{name}));
  if (user) co_return user;
  SIGMA_CO_TRY(const auto profile, co_await store.users.find_profile(store::BapId{name}));
  if (!profile) co_return std::optional<store::User>{};
  co_return co_await store.users.find(profile->user_id);
}

}  // namespace

core::Task<core::Result<std::optional<Json>>> explain_entitlements(store::Store& store, Wallets& wallets,
                                                                   std::string name) {
  SIGMA_CO_TRY(auto user, co_await find_user(store, std::move(name)));
  if (!user) co_return std::optional<Json>{};
  SIGMA_CO_TRY(const auto connected, co_await wallets.rows.list(user->id));
  Json shown_wallets = Json::array();
  for (const store::Wallet& wallet : connected) shown_wallets.push_back(render_wallet(wallet));
  const std::string id = user->id.str();
  const wallet::Standing standing = co_await wallets.entitlements.standing(std::move(*user));
  const store::Entitlements& known = standing.from_wallets;
  Json json = {
      {"user", id},
      {"roles", standing.roles},
      {"subscription_tier", standing.tier},
      {"by_hand", standing.by_hand},
      {"admin_by", standing.admin_by ? Json(*standing.admin_by) : Json(nullptr)},
      {"wallets", std::move(shown_wallets)},
      {"rules", Json::array()},
      {"complete", known.complete},
      {"evaluated_at", nullptr},
      {"max_age_seconds", std::chrono::duration_cast<std::chrono::seconds>(wallets.entitlements.max_age()).count()}};
  if (known.evaluated_at) {
    json["evaluated_at"] = to_iso8601(*known.evaluated_at);
    json["rules"] = known.evidence;
  }
  co_return std::optional(std::move(json));
}

}  // namespace sigma::service
