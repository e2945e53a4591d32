#include "sigma/jose/claims.hpp"

#include <cmath>

namespace sigma::jose {
namespace {

core::Error rejected(std::string_view why) {
  return {core::Code::unauthorized, "The token is not accepted: " + std::string(why) + "."};
}

/// NumericDate (RFC 7519 §2), fractions allowed; nothing outside the years 1970 to 9999.
std::optional<core::UtcTime> time_claim(const core::Json& claims, const char* name) {
  constexpr double kEndOfYear9999 = 253'402'300'799.0;
  const auto it = claims.find(name);
  if (it == claims.end() || !it->is_number()) return std::nullopt;
  const auto seconds = it->get<double>();
  if (!(seconds >= 0 && seconds <= kEndOfYear9999)) return std::nullopt;
  return core::UtcTime{static_cast<std::int64_t>(std::floor(seconds * 1000))};
}

core::Result<void> check_audience(const core::Json& claims, const ClaimExpectations& expected) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return rejected("aud is missing");
  std::vector<std::string> named;
  for (const core::Json& entry : aud->is_array() ? *aud : core::Json::array({*aud})) {
    if (!entry.is_string()) return rejected("aud is no string or array of strings");
    named.push_back(entry.get<std::string>());
  }
  const auto ours = [&](const std::string& name) {
    return std::ranges::find(expected.audiences, name) != expected.audiences.end();
  };
  if (std::ranges::none_of(named, ours)) return rejected("aud does not name this audience");
  if (expected.single_audience && named.size() != 1) return rejected("aud names more than one audience");
  return {};
}

core::Result<void> check_times(const core::Json& claims, const ClaimExpectations& expected, core::UtcTime now,
                               core::Milliseconds leeway) {
  const auto exp = time_claim(claims, "exp");
  if (!exp) return rejected("exp is missing or no date");
  if (!expected.expired_is_fine && *exp + leeway <= now) return rejected("it has expired");
  if (expected.max_lifetime && *exp - now > *expected.max_lifetime + leeway) return rejected("exp is too far ahead");

  const auto iat = time_claim(claims, "iat");
  if (!iat && (claims.contains("iat") || !expected.iat_may_be_missing)) return rejected("iat is missing or no date");
  if (iat && *iat - leeway > now) return rejected("iat is in the future");

  if (claims.contains("nbf")) {
    const auto nbf = time_claim(claims, "nbf");
    if (!nbf || *nbf - leeway > now) return rejected("nbf is in the future or no date");
  }
  return {};
}

}  // namespace

core::Result<void> check_claims(const core::Json& claims, const ClaimExpectations& expected, core::UtcTime now,
                                core::Milliseconds leeway) {
  if (!claims.is_object()) return rejected("it has no claims");
  if (core::json_string(claims, "iss") != expected.issuer) return rejected("iss is not the expected issuer");
  SIGMA_CHECK(check_audience(claims, expected));
  SIGMA_CHECK(check_times(claims, expected, now, leeway));
  for (const std::string& name : expected.required) {
    if (core::json_string(claims, name).value_or("").empty()) return rejected(name + " is missing");
  }
  return {};
}

}  // namespace sigma::jose
