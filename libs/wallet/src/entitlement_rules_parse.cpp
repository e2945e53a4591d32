// The operator's file: every fault names its place, and nothing that is misspelt is passed over.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sigma/wallet/entitlement_rules.hpp"

namespace sigma::wallet {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kMaxRules = 100, kMaxNames = 1'000, kMaxName = 64;
constexpr std::int64_t kMaxCount = 10'000;

core::Error wrong(const std::string& place, std::string_view what) {
  return {core::Code::invalid_input, fmt::format("{} {}", place, what)};
}

Result<void> check_members(const Json& object, const std::string& place,
                           std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return wrong(place, "must be an object.");
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) == known.end())
      return wrong(place, fmt::format("has no member \"{}\"; there are {}.", name, fmt::join(known, ", ")));
  }
  return {};
}

Result<std::string> read_text(const Json& object, const std::string& place, const char* name) {
  const auto member = object.find(name);
  if (member == object.end()) return std::string{};
  if (!member->is_string() || member->get_ref<const std::string&>().empty())
    return wrong(place + "." + name, "must be a text.");
  return member->get<std::string>();
}

Result<std::vector<std::string>> read_list(const Json& object, const std::string& place, const char* name) {
  std::vector<std::string> list;
  const auto member = object.find(name);
  if (member == object.end()) return list;
  core::Error error = wrong(place + "." + name, "must be a list of texts, 1 to 1000 of them.");
  if (!member->is_array() || member->empty() || member->size() > kMaxNames) return error;
  list.reserve(member->size());
  for (const Json& item : *member) {
    if (!item.is_string() || item.get_ref<const std::string&>().empty()) return error;
    list.push_back(item.get<std::string>());
  }
  return list;
}

bool is_role(std::string_view role) {
  return role.size() <= kMaxName && std::ranges::all_of(role, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<Grant> read_grant(const Json& rule, const std::string& place) {
  Grant grant;
  SIGMA_TRY(grant.role, read_text(rule, place, "role"));
  SIGMA_TRY(const std::string tier, read_text(rule, place, "tier"));
  if (!is_role(grant.role)) return wrong(place + ".role", "holds other characters than a to z, 0 to 9, '-' and '_'.");
  if (grant.role == "admin" || grant.role == "user")
    return wrong(place + ".role", "cannot be bought: administrators are named in SIGMA_ADMIN_BAP_IDS.");
  if (!tier.empty()) grant.tier = tier;
  if (std::ranges::find(kTiers, grant.tier) == std::end(kTiers))
    return wrong(place + ".tier", fmt::format("must be one of {}.", fmt::join(kTiers, ", ")));
  if (grant.role.empty() && grant.tier == "free") return wrong(place, "gives neither a role nor a tier.");
  return grant;
}

Result<NftRule> read_nft_rule(const Json& json, const std::string& place) {
  SIGMA_CHECK(check_members(json, place,
                            {"collection", "signers", "anybody_may_mint", "origins", "min_count", "role", "tier"}));
  NftRule rule;
  SIGMA_TRY(rule.collection, read_text(json, place, "collection"));
  SIGMA_TRY(rule.signers, read_list(json, place, "signers"));
  SIGMA_TRY(rule.origins, read_list(json, place, "origins"));
  SIGMA_TRY(rule.grant, read_grant(json, place));
  if (rule.collection.empty() == rule.origins.empty())
    return wrong(place, "must name either a collection or the origins of single NFTs.");
  const bool open = json.value("anybody_may_mint", Json(false)) == Json(true);
  if (!rule.collection.empty() && rule.signers.empty() != open) {
    return wrong(place,
                 "needs \"signers\", the addresses that sign the collection's items: anybody can inscribe an item that "
                 "names the collection. \"anybody_may_mint\": true instead accepts that.");
  }
  if (const auto count = json.find("min_count"); count != json.end()) {
    if (!count->is_number_unsigned() || *count < 1 || *count > kMaxCount)
      return wrong(place + ".min_count", "must be a number from 1 to 10000.");
    rule.min_count = count->get<std::int64_t>();
  }
  return rule;
}

Result<TokenRule> read_token_rule(const Json& json, const std::string& place) {
  SIGMA_CHECK(check_members(json, place, {"token", "min_amount", "role", "tier"}));
  TokenRule rule;
  SIGMA_TRY(rule.token, read_text(json, place, "token"));
  SIGMA_TRY(rule.grant, read_grant(json, place));
  if (rule.token.empty()) return wrong(place + ".token", "is missing: the id of a BSV-21 token or a BSV-20 tick.");
  const auto amount = json.find("min_amount");
  if (amount != json.end() && amount->is_number_unsigned())
    rule.min_text = std::to_string(amount->get<std::uint64_t>());
  if (amount != json.end() && amount->is_string()) rule.min_text = amount->get<std::string>();
  const auto parsed = parse_amount(rule.min_text);
  if (!parsed || *parsed == 0)
    return wrong(place + ".min_amount", "must be a number above 0 as text, such as \"75000\" or \"0.5\".");
  rule.min_amount = *parsed;
  return rule;
}

template <class Rule>
Result<std::vector<Rule>> read_rules(const Json& file, const char* name,
                                     Result<Rule> (*read)(const Json&, const std::string&)) {
  std::vector<Rule> rules;
  const auto list = file.find(name);
  if (list == file.end()) return rules;
  if (!list->is_array() || list->size() > kMaxRules) return wrong(name, "must be a list of at most 100 rules.");
  for (std::size_t i = 0; i < list->size(); ++i) {
    SIGMA_TRY(auto rule, read((*list)[i], fmt::format("{}[{}]", name, i)));
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace

Result<EntitlementRules> EntitlementRules::parse(std::string_view text) {
  SIGMA_TRY(const Json file, core::parse_json(text));
  SIGMA_CHECK(check_members(file, "The file", {"nfts", "tokens", "features"}));
  EntitlementRules rules;
  SIGMA_TRY(rules.nfts_, read_rules<NftRule>(file, "nfts", read_nft_rule));
  SIGMA_TRY(rules.tokens_, read_rules<TokenRule>(file, "tokens", read_token_rule));
  if (const auto features = file.find("features"); features != file.end()) {
    SIGMA_CHECK(check_members(*features, "features", {"free", "plus", "pro", "premium", "enterprise"}));
    for (const auto& [tier, list] : features->items()) {
      SIGMA_TRY(rules.features_[tier], read_list(*features, "features", tier.c_str()));
    }
  }
  return rules;
}

}  // namespace sigma::wallet
