#include "sigma/jose/algorithm.hpp"

#include <gtest/gtest.h>

namespace sigma::jose {
namespace {

TEST(Algorithm, NamesAreAClosedList) {
  for (const Algorithm algorithm : kAlgorithms) EXPECT_EQ(parse_algorithm(to_string(algorithm)), algorithm);
  for (const auto* name : {"none", "None", "HS256", "HS512", "RS384", "ES384", "rs256", "RS256 ", "", "Ed448"}) {
    EXPECT_FALSE(parse_algorithm(name)) << name;
  }
}

// RFC 9864 §2.2: what oauth4webapi and WebCrypto call EdDSA.
TEST(Algorithm, Ed25519IsEdDsa) {
  EXPECT_EQ(parse_algorithm("Ed25519"), Algorithm::EdDSA);
  EXPECT_EQ(to_string(Algorithm::EdDSA), "EdDSA");
  EXPECT_FALSE(parse_algorithm("ed25519"));
}

// OpenID Connect Core A.3 (at_hash) and A.4 (c_hash).
TEST(HalfHash, MatchesOpenIdConnectCore) {
  EXPECT_EQ(half_hash(Algorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
  EXPECT_EQ(half_hash(Algorithm::ES256K, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA");
}

// Expected value from node: createHash('sha512').update('token').digest().subarray(0, 32).toString('base64url').
TEST(HalfHash, UsesSha512ForEd25519) {
  EXPECT_EQ(half_hash(Algorithm::EdDSA, "token"), "ImXaughy_DrvFp0Hk2XlkPDLyO1GwqeYTIpkKAPP2Ww");
}

}  // namespace
}  // namespace sigma::jose
