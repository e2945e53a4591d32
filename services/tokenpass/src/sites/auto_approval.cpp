#include "sites/auto_approval.hpp"

#include <algorithm>

namespace sigma::tokenpass {

using core::Json;

std::optional<std::int64_t> AutoApproval::allows(const Origin& origin, const Scopes& wanted, core::UtcTime now) const {
  if (until_ms <= now.ms || except.contains(origin.host)) return std::nullopt;
  if (!origin.text.starts_with("https://") && !is_loopback_host(origin.host)) return std::nullopt;
  if (!covers(scopes, wanted)) return std::nullopt;
  return std::min(until_ms, (now + kTokenLifetime).ms);
}

std::optional<Expiry> parse_auto_approval_duration(std::string_view text) {
  const auto expiry = parse_expiry(text);
  if (expiry == Expiry::once || expiry == Expiry::forever) return std::nullopt;
  return expiry;
}

Json to_json(const AutoApproval& approval) {
  return {{"scopes", approval.scopes}, {"until", approval.until_ms}, {"except", approval.except}};
}

std::optional<AutoApproval> auto_approval_from_json(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  AutoApproval approval;
  approval.until_ms = json.value("until", Json()).is_number_integer() ? json["until"].get<std::int64_t>() : 0;
  for (const Json& scope : json.value("scopes", Json::array())) {
    if (scope.is_string()) approval.scopes.push_back(scope.get<std::string>());
  }
  for (const Json& host : json.value("except", Json::array())) {
    if (host.is_string()) approval.except.insert(host.get<std::string>());
  }
  return approval;
}

}  // namespace sigma::tokenpass
