#include "sigma/wallet/entitlement_book.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sigma/core/log.hpp"
#include "sigma/wallet/entitlement_change.hpp"

namespace sigma::wallet {
namespace {

using store::Entitlements;

void add_role(std::vector<std::string>& roles, const std::string& role) {
  if (!role.empty() && std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
}

std::vector<std::string> split_roles(std::string_view text) {
  std::vector<std::string> roles;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    add_role(roles, std::string(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return roles;
}

std::string better_tier(const std::string& a, const std::string& b) {
  return std::ranges::find(kTiers, a) < std::ranges::find(kTiers, b) ? b : a;
}

Entitlements nothing_known(const store::UserId& user) {
  Entitlements entitlements;
  entitlements.user_id = user;
  return entitlements;
}

}  // namespace

core::Task<std::optional<std::string>> EntitlementBook::admin_identity(store::UserId user) {
  if (options_.admin_bap_ids.empty()) co_return std::nullopt;
  const auto profiles = co_await users_.list_profiles(std::move(user));
  if (!profiles) {
    core::log::error("entitlements_without_identities", profiles.error());
    co_return std::nullopt;
  }
  for (const store::Profile& profile : *profiles) {
    if (std::ranges::find(options_.admin_bap_ids, profile.bap_id.str()) != options_.admin_bap_ids.end())
      co_return profile.bap_id.str();
  }
  co_return std::nullopt;
}

core::Task<core::Result<Entitlements>> EntitlementBook::evaluate(store::UserId user) {
  const auto found = co_await entitlements_.find(user);
  if (!found) core::log::error("entitlements_not_read", found.error());
  if (!found || !*found) co_return nothing_known(user);
  const Entitlements& before = **found;
  const auto wallets = co_await wallets_.list(user);
  if (!wallets) {
    core::log::error("entitlements_not_read", wallets.error());
    co_return nothing_known(user);
  }
  std::vector<std::string> addresses;
  for (const store::Wallet& wallet : *wallets) addresses.push_back(wallet.address);
  const core::UtcTime began = clock_.now();
  const auto holdings = co_await holdings_->of(std::move(addresses), true);
  Evaluation evaluation = rules_.evaluate(holdings);

  const bool still_good =
      before.evaluated_at && before.complete && clock_.now() - *before.evaluated_at < options_.max_age;
  if (!evaluation.complete && still_good) co_return before;
  Entitlements after = before;
  after.roles = std::move(evaluation.roles);
  after.subscription_tier = std::move(evaluation.tier);
  after.evidence = std::move(evaluation.evidence);
  after.complete = evaluation.complete;
  after.evaluated_at = began;
  for (const WalletHoldings& wallet : holdings) after.evaluated_at = std::min(*after.evaluated_at, wallet.fetched_at);
  co_return co_await keep(before, std::move(after));
}

core::Task<Entitlements> EntitlementBook::keep(Entitlements before, Entitlements after) {
  const auto saved = co_await entitlements_.save(after);
  if (!saved) {
    core::log::error("entitlements_not_saved", saved.error());
    co_return after;
  }
  if (*saved) {
    if (auto change = entitlement_change(before, after)) audit_.record(std::move(*change));
    co_return after;
  }
  // Another replica was faster, or wallets came or went meanwhile: then this is about others than the person has now.
  const auto newer = co_await entitlements_.find(before.user_id);
  if (newer && *newer && (*newer)->evaluated_at) co_return **newer;
  co_return nothing_known(before.user_id);
}

/// What the store says, and whether somebody has to be asked before it counts, or may be while it counts.
struct EntitlementBook::Known {
  Entitlements entitlements;
  enum { fresh, ageing, stale } age = fresh;
};

core::Task<EntitlementBook::Known> EntitlementBook::known(store::UserId user) {
  if (!holdings_ || rules_.empty()) co_return Known{nothing_known(user), Known::fresh};
  auto found = co_await entitlements_.find(user);
  if (!found) core::log::error("entitlements_not_read", found.error());
  if (!found || !*found) co_return Known{nothing_known(user), Known::fresh};
  Known known{std::move(**found), Known::stale};
  if (!known.entitlements.evaluated_at) co_return known;
  const core::Milliseconds age = clock_.now() - *known.entitlements.evaluated_at;
  const bool complete = known.entitlements.complete;
  if (age < (complete ? options_.max_age : std::min(options_.max_age, options_.retry_after)))
    known.age = complete && age >= options_.max_age / 2 ? Known::ageing : Known::fresh;
  co_return known;
}

core::Task<Entitlements> EntitlementBook::current(store::UserId user) {
  Known now = co_await known(user);
  const auto work = [this, user] { return evaluate(user); };
  if (now.age == Known::stale) {
    auto evaluated = co_await flights_.join(user.str(), work, options_.patience);
    co_return evaluated ? std::move(*evaluated) : nothing_known(user);
  }
  if (now.age == Known::ageing) flights_.launch(co_await boost::asio::this_coro::executor, user.str(), work);
  co_return std::move(now.entitlements);
}

core::Task<> EntitlementBook::expect(store::UserId user) {
  const Known now = co_await known(user);
  if (now.age == Known::fresh) co_return;
  flights_.launch(co_await boost::asio::this_coro::executor, user.str(), [this, user] { return evaluate(user); });
}

core::Task<Standing> EntitlementBook::standing(store::User user) {
  Standing standing;
  standing.roles = {"user"};
  standing.by_hand = split_roles(user.roles);
  for (const std::string& role : standing.by_hand) add_role(standing.roles, role);
  standing.admin_by = co_await admin_identity(user.id);
  if (standing.admin_by) add_role(standing.roles, "admin");
  standing.from_wallets = co_await current(user.id);
  if (standing.from_wallets.evaluated_at) {
    for (const std::string& role : standing.from_wallets.roles) add_role(standing.roles, role);
    standing.tier = standing.from_wallets.subscription_tier;
  }
  standing.tier = better_tier(standing.tier, user.subscription_tier);
  co_return standing;
}

core::Task<store::User> EntitlementBook::entitled(store::User user) {
  const Standing now = co_await standing(user);
  user.roles = fmt::format("{}", fmt::join(now.roles, ","));
  user.subscription_tier = now.tier;
  co_return user;
}

}  // namespace sigma::wallet
