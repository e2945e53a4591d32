#include "sigma/wallet/entitlement_change.hpp"

#include <algorithm>

namespace sigma::wallet {
namespace {

using core::Json;

constexpr std::size_t kMaxReasons = 10;  ///< rows of the audit log are small

// A rule keeps its place in the operator's file only until the file is edited: it is the same one when it says the
// same.
Json identity_of(const Json& rule) {
  Json identity = Json::array();
  for (const char* name : {"token", "collection", "origins", "needs", "role", "tier"})
    identity.push_back(rule.value(name, Json(nullptr)));
  return identity;
}

const Json* find(const Json& list, const auto& matches) {
  const auto found = std::ranges::find_if(list, matches);
  return found == list.end() ? nullptr : &*found;
}

const Json* same_rule(const Json& evidence, const Json& rule) {
  const Json identity = identity_of(rule);
  return find(evidence, [&](const Json& other) { return identity_of(other) == identity; });
}

bool granted(const Json* rule) {
  return rule && rule->value("granted", false);
}

Json member(const Json* object, const char* name) {
  return object ? object->value(name, Json(nullptr)) : Json(nullptr);
}

// What was found in whose wallets, where that is something else now.
Json wallets_between(const Json* before, const Json* after) {
  static const Json kNone = Json::array();
  const Json then = before ? before->value("wallets", kNone) : kNone;
  const Json now = after ? after->value("wallets", kNone) : kNone;
  Json changes = Json::array();
  const auto add = [&](const std::string& address) {
    const auto at = [&](const Json& place) { return place.value("address", "") == address; };
    const Json *was = find(then, at), *is = find(now, at);
    Json change = {{"address", address}, {"found_before", member(was, "found")}, {"found", member(is, "found")}};
    if (is && is->contains("error")) change["error"] = is->at("error");
    if (change["found_before"] != change["found"] || change.contains("error")) changes.push_back(std::move(change));
  };
  for (const Json& place : now) add(place.value("address", ""));
  for (const Json& place : then) {
    const std::string address = place.value("address", "");
    if (!find(now, [&](const Json& other) { return other.value("address", "") == address; })) add(address);
  }
  return changes;
}

Json reason(const Json* before, const Json* after) {
  const Json& rule = after ? *after : *before;
  Json reason = Json::object();
  for (const char* name : {"rule", "role", "tier", "token", "collection", "needs"}) {
    if (rule.contains(name)) reason[name] = rule[name];
  }
  reason.update({{"granted", granted(after)},
                 {"found_before", member(before, "found")},
                 {"found", member(after, "found")},
                 {"wallets", wallets_between(before, after)}});
  return reason;
}

Json reasons(const Json& before, const Json& after) {
  Json reasons = Json::array();
  for (const Json& rule : after) {
    const Json* then = same_rule(before, rule);
    if (granted(then) != granted(&rule)) reasons.push_back(reason(then, &rule));
  }
  for (const Json& rule : before) {
    if (granted(&rule) && !same_rule(after, rule)) reasons.push_back(reason(&rule, nullptr));
  }
  if (reasons.size() > kMaxReasons) reasons.erase(reasons.begin() + kMaxReasons, reasons.end());
  return reasons;
}

}  // namespace

std::optional<oauth::AuditEvent> entitlement_change(const store::Entitlements& before,
                                                    const store::Entitlements& after) {
  if (after.roles == before.roles && after.subscription_tier == before.subscription_tier) return std::nullopt;
  oauth::AuditEvent event{.type = oauth::AuditType::entitlements_changed};
  event.actor = oauth::kServer;
  event.user_id = after.user_id;
  event.detail = {{"roles_before", before.roles},
                  {"roles", after.roles},
                  {"tier_before", before.subscription_tier},
                  {"tier", after.subscription_tier},
                  {"because", reasons(before.evidence, after.evidence)},
                  {"complete", after.complete}};
  return event;
}

}  // namespace sigma::wallet
