#include <gtest/gtest.h>

#include "sigma/oauth/grants/authorization_code.hpp"
#include "sigma/oauth/scope.hpp"

namespace sigma::oauth {
namespace {

const Scopes kKnown = {"openid", "profile", "email", "offline_access"};

TEST(Scope, ParsesSplitsAndBounds) {
  EXPECT_EQ(*parse_scopes(" openid  profile openid "), (Scopes{"openid", "profile"}));
  for (const char* bad : {"a\"b", "a\\b", "a\tb", "a\nb", "grüße"}) EXPECT_FALSE(parse_scopes(bad)) << bad;
  EXPECT_FALSE(parse_scopes(std::string(50'000, 'a')));  // security case 18
}

// Contract §13.7.
TEST(Scope, NamesOfEarlySigmaClientsAreDropped) {
  EXPECT_EQ(*requested_scopes("openid profile bsv:tools", kKnown, Scopes{}), (Scopes{"openid", "profile"}));
  EXPECT_EQ(*requested_scopes("read", kKnown, Scopes{}), (Scopes{"openid", "profile"}));
  EXPECT_EQ(*requested_scopes("", kKnown, Scopes{}), (Scopes{"openid", "profile"}));
  EXPECT_EQ(*requested_scopes("bsv:tools read", kKnown, Scopes{}), (Scopes{"openid", "profile"}))
      << "never nothing at all";
  const auto unknown = requested_scopes("openid bsv:other", kKnown, Scopes{});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().description().find("bsv:other"), std::string::npos);
  EXPECT_FALSE(requested_scopes("openid email", kKnown, Scopes{"openid"}));
  EXPECT_EQ(*requested_scopes("", kKnown, Scopes{"openid", "email"}), (Scopes{"openid"}))
      << "what the client may have of it";
  EXPECT_FALSE(requested_scopes("", kKnown, Scopes{"email"}));
}

// OpenID Connect Core §11.
TEST(Scope, OfflineAccessIsForClientsThatMayRefresh) {
  store::Client client;
  client.grant_types = {"authorization_code"};
  EXPECT_EQ(*requested_scopes("openid offline_access", kKnown, client), (Scopes{"openid"}));
  EXPECT_EQ(*requested_scopes("offline_access", kKnown, client), (Scopes{"openid", "profile"})) << "as for nothing";
  client.grant_types.push_back("refresh_token");
  EXPECT_EQ(*requested_scopes("openid offline_access", kKnown, client), (Scopes{"openid", "offline_access"}));
}

TEST(Scope, BlanksAtTheTokenEndpointNameNothing) {
  http::Form form;
  form.add("scope", "  ");
  EXPECT_EQ(*narrowed_scopes(form, {"openid", "email"}), (Scopes{"openid", "email"})) << "as if it were not there";
}

// RFC 7636 appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const std::optional<std::string> kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

TEST(CodeVerifier, RfcVector) {
  EXPECT_TRUE(check_code_verifier(kChallenge, kVerifier, true));
}

// Security case 9: the downgrade, in both directions.
TEST(CodeVerifier, Case09ChallengeAndVerifierBelongTogether) {
  EXPECT_EQ(check_code_verifier(kChallenge, std::nullopt, false).error().code(), ErrorCode::invalid_grant);
  EXPECT_EQ(check_code_verifier(std::nullopt, kVerifier, false).error().code(), ErrorCode::invalid_grant);
  EXPECT_EQ(check_code_verifier(std::nullopt, std::nullopt, true).error().code(), ErrorCode::invalid_grant);
  EXPECT_TRUE(check_code_verifier(std::nullopt, std::nullopt, false));
}

// Security case 10.
TEST(CodeVerifier, Case10WrongForms) {
  const std::string good = kVerifier;
  std::string upper = good;
  upper[0] = 'D';
  for (const std::string& bad : {good.substr(0, 42), good + std::string(86, 'a'), good + "=", upper,
                                 good.substr(0, 42) + "!", std::string(43, 'a')}) {
    EXPECT_EQ(check_code_verifier(kChallenge, bad, true).error().code(), ErrorCode::invalid_grant) << bad;
  }
}

}  // namespace
}  // namespace sigma::oauth
