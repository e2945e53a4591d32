#include "sigma/jose/jwt.hpp"

#include <gtest/gtest.h>

#include "sigma/crypto/digest.hpp"
#include "support.hpp"

namespace sigma::jose {
namespace {

using testing::forge;
using testing::key_of;
using testing::verifier_of;

const core::Json kClaims = {{"iss", "https://as.example"}, {"sub", "alice"}};

/// Verifies as a server does that knows one key of each algorithm, named by its kid, and accepts them all.
core::Result<Jwt> verify(std::string_view token, VerifyOptions options = {}) {
  if (options.algorithms.empty()) options.algorithms = {kAlgorithms.begin(), kAlgorithms.end()};
  options.types = {"JWT"};
  const auto find = [](const std::optional<std::string>& kid, Algorithm) -> std::shared_ptr<const VerificationKey> {
    for (const Algorithm a : kAlgorithms) {
      if (kid == key_of(a)->kid()) return verifier_of(a);
    }
    return nullptr;
  };
  return verify_jwt(token, find, options);
}

std::string header_for(Algorithm algorithm, const core::Json& more = core::Json::object()) {
  core::Json header = {{"alg", to_string(algorithm)}, {"kid", key_of(algorithm)->kid()}, {"typ", "JWT"}};
  header.update(more);
  return header.dump();
}

TEST(Jwt, ReadsWhatItSigned) {
  for (const Algorithm algorithm : kAlgorithms) {
    const std::string token = sign_jwt(*key_of(algorithm), "JWT", kClaims).value();
    const auto jwt = verify(token);
    ASSERT_TRUE(jwt) << jwt.error().description();
    EXPECT_EQ(jwt->claims, kClaims);
    EXPECT_EQ(jwt->header, core::Json::parse(header_for(algorithm)));
    EXPECT_EQ(decode_jwt(token)->claims, kClaims);
  }
}

TEST(Jwt, LeavesAnEmptyTypeOut) {
  const std::string token = sign_jwt(*key_of(Algorithm::ES256), "", kClaims).value();
  EXPECT_FALSE(decode_jwt(token)->header.contains("typ"));
  EXPECT_FALSE(verify(token));
  EXPECT_TRUE(verify(token, {.typ_may_be_missing = true}));
}

// Case 27 and 29: the header lies about the algorithm.
TEST(Jwt, RefusesUnsignedAndSymmetricTokens) {
  const std::string claims = core::base64url_encode(kClaims.dump());
  for (const auto* alg : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string input =
        core::base64url_encode(core::Json{{"alg", alg}, {"typ", "JWT"}}.dump()) + "." + claims + ".";
    EXPECT_FALSE(verify(input)) << alg;
    EXPECT_FALSE(verify(input + "AAAA")) << alg;
  }
  // HS256 with everything an attacker could take for the secret: the public key's texts.
  const auto key = key_of(Algorithm::RS256);
  const core::Json header = {{"alg", "HS256"}, {"kid", key->kid()}, {"typ", "JWT"}};
  const std::string input = core::base64url_encode(header.dump()) + "." + claims;
  for (const std::string& secret : {key->public_jwk().dump(), key->public_jwk()["n"].get<std::string>(),
                                    testing::unbase64url(key->public_jwk()["n"]), std::string()}) {
    const auto mac = crypto::hmac_sha256(secret, input);
    EXPECT_FALSE(verify(input + "." + core::base64url_encode(crypto::view(mac))));
  }
}

TEST(Jwt, RefusesKeysUnderAnotherAlgorithm) {
  for (const Algorithm claimed : kAlgorithms) {
    for (const Algorithm signer : kAlgorithms) {
      // The header names `claimed`, the kid and the signature are of `signer`.
      const std::string token =
          forge(header_for(claimed, {{"kid", key_of(signer)->kid()}}), kClaims.dump(), *key_of(signer));
      EXPECT_EQ(verify(token).has_value(), claimed == signer) << to_string(claimed) << " by " << to_string(signer);
      // Right kid, foreign signature.
      const std::string swapped = forge(header_for(claimed), kClaims.dump(), *key_of(signer));
      EXPECT_EQ(verify(swapped).has_value(), claimed == signer) << to_string(claimed) << " by " << to_string(signer);
    }
  }
}

TEST(Jwt, RefusesAlgorithmsAndTypesThatAreNotAllowed) {
  const std::string token = sign_jwt(*key_of(Algorithm::ES256), "JWT", kClaims).value();
  EXPECT_TRUE(verify(token, {.algorithms = {Algorithm::ES256}}));
  const auto refused = verify(token, {.algorithms = {Algorithm::RS256, Algorithm::ES256K}});
  EXPECT_EQ(refused.error().code(), core::Code::unauthorized);
  for (const auto* typ : {"at+jwt", "logout+jwt", "JWS", "application/at+jwt", " JWT", "JWT;x=1"}) {
    EXPECT_FALSE(verify(sign_jwt(*key_of(Algorithm::ES256), typ, kClaims).value())) << typ;
  }
  for (const auto* typ : {"jwt", "Jwt", "application/jwt", "APPLICATION/JWT"}) {
    EXPECT_TRUE(verify(sign_jwt(*key_of(Algorithm::ES256), typ, kClaims).value())) << typ;
  }
}

const std::string kKnownHeader = R"({"alg":"ES256","typ":"JWT","kid":")";

TEST(Jwt, RefusesUnknownKids) {
  const std::string kid = key_of(Algorithm::ES256)->kid();
  for (const std::string& other : {std::string(), std::string("../../etc/passwd"), std::string("' OR 1=1--"),
                                   kid + "\\u0000", kid + " ", kid.substr(1), core::to_lower_ascii(kid)}) {
    const auto jwt = verify(forge(kKnownHeader + other + "\"}", kClaims.dump(), *key_of(Algorithm::ES256)));
    ASSERT_FALSE(jwt) << other;
    EXPECT_EQ(jwt.error().code(), core::Code::unauthorized) << other;
  }
  EXPECT_FALSE(verify(forge(R"({"alg":"ES256","typ":"JWT"})", kClaims.dump(), *key_of(Algorithm::ES256))));
}

struct BadHeader {
  std::string why;
  std::string header;
};

// Signed with the right key and read without asking which: only the header can be the reason.
TEST(Jwt, RefusesHostileHeaders) {
  const std::string start = kKnownHeader + key_of(Algorithm::ES256)->kid() + "\"";
  const std::vector<BadHeader> cases = {
      {"crit, unknown", start + R"(,"crit":["exp"],"exp":1})"},
      {"crit, empty", start + R"(,"crit":[]})"},
      {"crit, null", start + R"(,"crit":null})"},
      {"b64", start + R"(,"b64":false,"crit":["b64"]})"},
      {"b64 alone", start + R"(,"b64":true})"},
      {"alg twice", R"({"alg":"none",)" + start.substr(1) + "}"},
      {"kid twice", start + R"(,"kid":"x"})"},
      {"escaped twice", start + R"(,"\u0061lg":"ES256"})"},
      {"kid of 257 bytes", kKnownHeader + std::string(257, 'k') + "\"}"},
      {"kid of 10 KB", kKnownHeader + std::string(10'240, 'k') + "\"}"},
      {"kid number", R"({"alg":"ES256","typ":"JWT","kid":1})"},
      {"kid array", R"({"alg":"ES256","typ":"JWT","kid":["a"]})"},
      {"kid null", R"({"alg":"ES256","typ":"JWT","kid":null})"},
      {"alg missing", R"({"typ":"JWT"})"},
      {"alg array", R"({"alg":["ES256"],"typ":"JWT"})"},
      {"alg unknown", R"({"alg":"ES512","typ":"JWT"})"},
      {"typ number", R"({"alg":"ES256","typ":1})"},
      {"array", "[" + start + "}]"},
      {"text", "\"ES256\""},
      {"empty", ""},
      {"trailing", start + "} x"},
      {"comment", start + "/**/}"},
      {"byte order mark", "\xef\xbb\xbf" + start + "}"},
      {"invalid UTF-8", start + ",\"x\":\"\xff\"}"},
      {"nested", start + R"(,"x":)" + std::string(1000, '[') + std::string(1000, ']') + "}"},
  };
  const auto any = [](const std::optional<std::string>&, Algorithm) { return verifier_of(Algorithm::ES256); };
  const VerifyOptions options{.algorithms = {Algorithm::ES256}, .types = {"JWT"}};
  ASSERT_TRUE(verify_jwt(forge(start + "}", kClaims.dump(), *key_of(Algorithm::ES256)), any, options));
  for (const auto& c : cases) {
    const auto jwt = verify_jwt(forge(c.header, kClaims.dump(), *key_of(Algorithm::ES256)), any, options);
    ASSERT_FALSE(jwt) << c.why;
    EXPECT_EQ(jwt.error().code(), core::Code::invalid_input) << c.why;
  }
}

// The key in the header is the attacker's; nobody looks at it, and nobody fetches anything.
TEST(Jwt, IgnoresKeysThatTheTokenBrings) {
  core::testing::SeededRandom random(99);
  const auto attacker = SigningKey::generate(Algorithm::ES256K, random).value();
  const core::Json lures = {{"jwk", attacker->public_jwk()},
                            {"jku", "https://evil.example/jwks"},
                            {"x5u", "https://evil.example/cert"},
                            {"x5c", core::Json::array({"MIIB"})}};
  EXPECT_FALSE(verify(forge(header_for(Algorithm::ES256K, lures), kClaims.dump(), *attacker)));
  EXPECT_TRUE(verify(forge(header_for(Algorithm::ES256K, lures), kClaims.dump(), *key_of(Algorithm::ES256K))));
}

TEST(Jwt, RefusesClaimsThatAreNoPlainObject) {
  const std::string header = header_for(Algorithm::EdDSA);
  for (const std::string& claims : {std::string(), std::string("[]"), std::string("1"), std::string("\"x\""),
                                    std::string(R"({"sub":"a","sub":"b"})"), std::string(R"({"a":{"b":1,"b":2}})"),
                                    std::string("{\"a\":\"\xc0\x80\"}"), std::string("{}{}")}) {
    EXPECT_FALSE(verify(forge(header, claims, *key_of(Algorithm::EdDSA)))) << claims;
  }
}

TEST(Jwt, RefusesBrokenForms) {
  const std::string token = sign_jwt(*key_of(Algorithm::EdDSA), "JWT", kClaims).value();
  const auto first = token.find('.'), second = token.rfind('.');
  for (const std::string& bad : {std::string(),
                                 std::string("."),
                                 std::string(".."),
                                 std::string("..."),
                                 token.substr(0, second),
                                 token.substr(0, second + 1),
                                 token.substr(first),
                                 token + ".",
                                 token + ".AAAA",
                                 "." + token,
                                 token + "=",
                                 token + "A",
                                 token + " ",
                                 " " + token,
                                 token + "\n",
                                 "Bearer " + token,
                                 token.substr(0, token.size() - 1),
                                 token.substr(0, first) + "=" + token.substr(first),
                                 token.substr(0, first) + "+/" + token.substr(first),
                                 token.substr(0, second + 1) + std::string(16'000, 'A')}) {
    EXPECT_FALSE(verify(bad)) << bad.substr(0, 60);
  }
}

// Case 31 for signed tokens. The last character of a part may not carry bits that nobody reads either.
TEST(Jwt, RefusesEveryChangedCharacter) {
  for (const Algorithm algorithm : {Algorithm::ES256, Algorithm::EdDSA, Algorithm::ES256K}) {
    const std::string token = sign_jwt(*key_of(algorithm), "JWT", kClaims).value();
    for (std::size_t i = 0; i < token.size(); ++i) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(verify(changed)) << i;
    }
  }
}

TEST(Jwt, IsBoundedBeforeItIsRead) {
  const core::Json claims = {{"x", std::string(kMaxJwtSize, 'x')}};
  const std::string token = sign_jwt(*key_of(Algorithm::EdDSA), "JWT", claims).value();
  EXPECT_EQ(decode_jwt(token).error().code(), core::Code::invalid_input);
  EXPECT_FALSE(verify(token));
  EXPECT_TRUE(decode_jwt(token, 2 * kMaxJwtSize));
  EXPECT_TRUE(verify(token, {.max_size = 2 * kMaxJwtSize}));
}

}  // namespace
}  // namespace sigma::jose
