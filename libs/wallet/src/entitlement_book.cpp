#include "sigma/wallet/entitlement_book.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sigma/core/log.hpp"

namespace sigma::wallet {
namespace {

using core::Json;
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

std::string in_words(const Json& number) {
  return number.is_string() ? number.get<std::string>() : core::dump_json(number);
}

// The rules whose verdict is another one than before, with what was found.
std::string reasons(const Json& before, const Json& after) {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Json& rule = after[i];
    const bool granted_before = i < before.size() && before[i].value("granted", false);
    if (rule.at("granted").get<bool>() == granted_before) continue;
    reasons.push_back(fmt::format("{}: found {}, needs {}", rule.at("rule").get<std::string>(),
                                  in_words(rule.at("found")), in_words(rule.at("needs"))));
  }
  return fmt::format("{}", fmt::join(reasons, "; "));
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

core::Task<Entitlements> EntitlementBook::evaluate(store::UserId user) {
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
  const auto saved = co_await entitlements_.save(after);
  if (!saved) core::log::error("entitlements_not_saved", saved.error());
  // Wallets came or went meanwhile: this is about others than the person has now.
  if (saved && !*saved) co_return nothing_known(user);
  if (saved && (after.roles != before.roles || after.subscription_tier != before.subscription_tier)) {
    core::log::info("entitlements_changed", {{"user", user.str()},
                                             {"roles_before", fmt::format("{}", fmt::join(before.roles, ","))},
                                             {"roles", fmt::format("{}", fmt::join(after.roles, ","))},
                                             {"tier_before", before.subscription_tier},
                                             {"tier", after.subscription_tier},
                                             {"because", reasons(before.evidence, after.evidence)},
                                             {"complete", after.complete}});
  }
  co_return after;
}

core::Task<Entitlements> EntitlementBook::current(store::UserId user) {
  if (!holdings_ || rules_.empty()) co_return nothing_known(user);
  const auto found = co_await entitlements_.find(user);
  if (!found) core::log::error("entitlements_not_read", found.error());
  if (!found || !*found) co_return nothing_known(user);
  const auto work = [this, user] { return evaluate(user); };
  if (const Entitlements& known = **found; known.evaluated_at) {
    const core::Milliseconds age = clock_.now() - *known.evaluated_at;
    if (age < (known.complete ? options_.max_age : std::min(options_.max_age, options_.retry_after))) {
      if (known.complete && age >= options_.max_age / 2) co_await flights_.start(user.str(), work);
      co_return known;
    }
  }
  auto evaluated = co_await flights_.join(user.str(), options_.patience, work);
  co_return evaluated ? std::move(*evaluated) : nothing_known(user);
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
