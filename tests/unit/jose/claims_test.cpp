#include "sigma/jose/claims.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sigma::jose {
namespace {

constexpr std::int64_t kNow = 1'770'000'000;
constexpr core::Milliseconds kLeeway{5'000};

core::Json good() {
  return {{"iss", "client"}, {"sub", "client"},  {"aud", "https://as.example"},
          {"iat", kNow},     {"exp", kNow + 60}, {"jti", "1"}};
}

ClaimExpectations expected() {
  return {.issuer = "client", .audiences = {"https://as.example", "https://as.example/token"}};
}

bool passes(const core::Json& claims, const ClaimExpectations& e = expected()) {
  const auto result = check_claims(claims, e, {kNow * 1000}, kLeeway);
  if (!result) EXPECT_EQ(result.error().code(), core::Code::unauthorized);
  return result.has_value();
}

bool passes_with(const std::string& name, const core::Json& value, const ClaimExpectations& e = expected()) {
  core::Json claims = good();
  claims[name] = value;
  return passes(claims, e);
}

bool passes_without(const std::string& name, const ClaimExpectations& e = expected()) {
  core::Json claims = good();
  claims.erase(name);
  return passes(claims, e);
}

TEST(Claims, MissingIsInvalid) {
  EXPECT_TRUE(passes(good()));
  for (const auto* name : {"iss", "aud", "exp", "iat"}) EXPECT_FALSE(passes_without(name)) << name;
  EXPECT_FALSE(passes(core::Json::object()));
  EXPECT_FALSE(passes(core::Json::array()));
  EXPECT_FALSE(passes(core::Json()));
}

// Security case 30.
TEST(Claims, ExpiryIsExactToTheLeeway) {
  EXPECT_TRUE(passes_with("exp", kNow - 4));
  EXPECT_TRUE(passes_with("exp", kNow - 4.999));
  EXPECT_FALSE(passes_with("exp", kNow - 5));
  EXPECT_FALSE(passes_with("exp", kNow - 6));
  EXPECT_FALSE(passes_with("exp", 0));
}

// Security case 30: iat and nbf.
TEST(Claims, FutureTimesAreRefusedBeyondTheLeeway) {
  for (const auto* name : {"iat", "nbf"}) {
    EXPECT_TRUE(passes_with(name, kNow - 1'000'000)) << name;
    EXPECT_TRUE(passes_with(name, kNow + 5)) << name;
    EXPECT_FALSE(passes_with(name, kNow + 6)) << name;
  }
}

TEST(Claims, TimesMustBeSaneNumbers) {
  for (const auto* name : {"exp", "iat", "nbf"}) {
    for (const core::Json& bad :
         {core::Json("1770000000"), core::Json(nullptr), core::Json(true), core::Json(-1), core::Json(1e300),
          core::Json(std::numeric_limits<std::uint64_t>::max()), core::Json(253'402'300'800), core::Json::array({kNow}),
          core::Json(std::numeric_limits<double>::quiet_NaN()), core::Json(std::numeric_limits<double>::infinity())}) {
      EXPECT_FALSE(passes_with(name, bad)) << name << " " << bad;
    }
  }
}

TEST(Claims, IssuerIsComparedByteByByte) {
  for (const core::Json& bad : {core::Json("Client"), core::Json("client/"), core::Json(""), core::Json(1),
                                core::Json::array({"client"}), core::Json(nullptr)}) {
    EXPECT_FALSE(passes_with("iss", bad)) << bad;
  }
}

TEST(Claims, AudienceMustNameUs) {
  EXPECT_TRUE(passes_with("aud", "https://as.example/token"));
  EXPECT_TRUE(passes_with("aud", {"https://other.example", "https://as.example"}));
  for (const core::Json& bad :
       {core::Json("https://other.example"), core::Json("https://as.example/"), core::Json(""), core::Json(nullptr),
        core::Json(1), core::Json::array(), core::Json::array({1, "https://as.example"}),
        core::Json::array({core::Json::array({"https://as.example"})}), core::Json{{"0", "https://as.example"}}}) {
    EXPECT_FALSE(passes_with("aud", bad)) << bad;
  }
}

TEST(Claims, SingleAudienceRefusesCompany) {
  ClaimExpectations e = expected();
  e.single_audience = true;
  EXPECT_TRUE(passes_with("aud", "https://as.example", e));
  EXPECT_TRUE(passes_with("aud", core::Json::array({"https://as.example"}), e));
  EXPECT_FALSE(passes_with("aud", {"https://as.example", "https://other.example"}, e));
  EXPECT_FALSE(passes_with("aud", {"https://as.example", "https://as.example/token"}, e));
}

TEST(Claims, OldHintsMayBeExpiredButNotUndated) {
  ClaimExpectations e = expected();
  e.expired_is_fine = true;
  EXPECT_TRUE(passes_with("exp", kNow - 1'000'000, e));
  EXPECT_FALSE(passes_without("exp", e));
}

TEST(Claims, IssuedAtMayBeOptionalButNotWrong) {
  ClaimExpectations e = expected();
  e.iat_may_be_missing = true;
  EXPECT_TRUE(passes_without("iat", e));
  EXPECT_FALSE(passes_with("iat", kNow + 60, e));
  EXPECT_FALSE(passes_with("iat", "now", e));
}

TEST(Claims, LifetimeIsBounded) {
  ClaimExpectations e = expected();
  e.max_lifetime = std::chrono::minutes(5);
  EXPECT_TRUE(passes_with("exp", kNow + 305, e));
  EXPECT_FALSE(passes_with("exp", kNow + 306, e));
  EXPECT_FALSE(passes_with("exp", kNow + 365 * 86'400, e));
}

TEST(Claims, RequiredMembersAreNonEmptyStrings) {
  ClaimExpectations e = expected();
  e.required = {"sub", "jti"};
  EXPECT_TRUE(passes(good(), e));
  EXPECT_FALSE(passes_without("jti", e));
  EXPECT_FALSE(passes_with("jti", "", e));
  EXPECT_FALSE(passes_with("sub", 1, e));
}

}  // namespace
}  // namespace sigma::jose
