#include <gtest/gtest.h>

#include "support.hpp"

namespace sigma::jose {
namespace {

using testing::key_of;
using testing::read_vectors;

TEST(Thumbprint, MatchesTheRfcs) {
  const core::Json vectors = read_vectors("rfc.json");
  for (const auto& vector : vectors["thumbprints"]) {
    EXPECT_EQ(core::Json(thumbprint(vector["jwk"]).value()), vector["thumbprint"]) << vector["name"];
  }
  const core::Json peers = read_vectors("peer.json");
  for (const auto& peer : peers["tokens"]) EXPECT_EQ(core::Json(thumbprint(peer["jwk"]).value()), peer["jwk"]["kid"]);
}

TEST(Thumbprint, NeedsTheRequiredMembers) {
  for (const core::Json& jwk : {core::Json{{"kty", "oct"}, {"k", "AA"}}, core::Json{{"kty", "RSA"}, {"n", "AA"}},
                                core::Json{{"kty", "EC"}, {"crv", "P-256"}, {"x", 1}, {"y", "AA"}}, core::Json("RSA"),
                                core::Json::object(), core::Json()}) {
    EXPECT_FALSE(thumbprint(jwk)) << jwk;
  }
}

struct BadMember {
  Algorithm base;
  std::string name;
  core::Json value;
};

TEST(VerificationKey, IsStrictAboutItsJwk) {
  const std::string zeros(43, 'A');
  const std::vector<BadMember> cases = {
      {Algorithm::RS256, "kty", "EC"},
      {Algorithm::RS256, "kty", "oct"},
      {Algorithm::RS256, "kty", "rsa"},
      {Algorithm::RS256, "kty", 1},
      {Algorithm::RS256, "alg", "ES256"},
      {Algorithm::RS256, "alg", "HS256"},
      {Algorithm::RS256, "alg", "none"},
      {Algorithm::RS256, "alg", nullptr},
      {Algorithm::RS256, "use", "enc"},
      {Algorithm::RS256, "use", nullptr},
      {Algorithm::RS256, "key_ops", core::Json::array({"sign"})},
      {Algorithm::RS256, "key_ops", "verify"},
      {Algorithm::RS256, "n", ""},
      {Algorithm::RS256, "n", "AQAB="},
      {Algorithm::RS256, "n", std::string(100'000, 'A')},
      {Algorithm::RS256, "n", 65537},
      {Algorithm::RS256, "e", "AQ"},    // 1
      {Algorithm::RS256, "e", "AQAC"},  // even
      {Algorithm::RS256, "d", "AQAB"},
      {Algorithm::RS256, "p", ""},
      {Algorithm::RS256, "k", "c2VjcmV0"},
      {Algorithm::RS256, "kid", 7},
      {Algorithm::RS256, "kid", std::string(257, 'k')},
      {Algorithm::ES256, "crv", "P-384"},
      {Algorithm::ES256, "crv", "secp256k1"},  // the point is not on that curve
      {Algorithm::ES256, "crv", "Ed25519"},
      {Algorithm::ES256, "alg", "ES256K"},
      {Algorithm::ES256, "alg", "RS256"},
      {Algorithm::ES256, "x", zeros},
      {Algorithm::ES256, "x", "AQAB"},
      {Algorithm::ES256, "d", nullptr},
      {Algorithm::ES256K, "crv", "P-256"},
      {Algorithm::ES256K, "crv", "secp256r1"},
      {Algorithm::ES256K, "alg", "ES256"},
      {Algorithm::ES256K, "y", zeros},
      {Algorithm::ES256K, "y", zeros + "A"},
      {Algorithm::EdDSA, "crv", "X25519"},
      {Algorithm::EdDSA, "crv", "Ed448"},
      {Algorithm::EdDSA, "kty", "EC"},
      {Algorithm::EdDSA, "x", zeros},
      {Algorithm::EdDSA, "x", "AQAB"},
      {Algorithm::EdDSA, "alg", "ES256"},
  };
  for (const auto& c : cases) {
    core::Json jwk = key_of(c.base)->public_jwk();
    jwk[c.name] = c.value;
    const auto key = VerificationKey::from_jwk(jwk);
    ASSERT_FALSE(key) << to_string(c.base) << " with " << c.name << " " << c.value.dump().substr(0, 50);
    EXPECT_EQ(key.error().code(), core::Code::invalid_input);
  }
  for (const auto* name : {"kty", "n", "e"}) {
    core::Json jwk = key_of(Algorithm::RS256)->public_jwk();
    jwk.erase(name);
    EXPECT_FALSE(VerificationKey::from_jwk(jwk)) << name;
  }
  for (const core::Json& jwk : {core::Json(), core::Json::array(), core::Json("key"), core::Json::object()}) {
    EXPECT_FALSE(VerificationKey::from_jwk(jwk)) << jwk;
  }
}

TEST(VerificationKey, RefusesWeakAndForeignKeysOfPeers) {
  const core::Json peers = read_vectors("peer.json");
  for (const auto* name : {"rsa_1024", "p384", "x25519"}) EXPECT_FALSE(VerificationKey::from_jwk(peers[name])) << name;
}

TEST(VerificationKey, FitsByTypeAndAlg) {
  for (const Algorithm own : kAlgorithms) {
    core::Json jwk = key_of(own)->public_jwk();
    const auto named = VerificationKey::from_jwk(jwk).value();
    jwk.erase("alg");
    jwk.erase("kid");
    jwk.erase("use");
    jwk["key_ops"] = {"verify"};
    jwk["x5u"] = "https://evil.example";  // unknown or unused members do no harm
    const auto unnamed = VerificationKey::from_jwk(jwk).value();
    EXPECT_FALSE(unnamed->kid());
    const bool rsa = own == Algorithm::RS256 || own == Algorithm::PS256;
    for (const Algorithm other : kAlgorithms) {
      const bool other_rsa = other == Algorithm::RS256 || other == Algorithm::PS256;
      EXPECT_EQ(named->fits(other), own == other);
      EXPECT_EQ(unnamed->fits(other), own == other || (rsa && other_rsa));
    }
  }
}

}  // namespace
}  // namespace sigma::jose
