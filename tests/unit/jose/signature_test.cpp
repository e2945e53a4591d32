#include <gtest/gtest.h>

#include "support.hpp"

namespace sigma::jose {
namespace {

using testing::key_of;
using testing::read_vectors;
using testing::unbase64url;
using testing::verifier_of;

TEST(Signature, MatchesTheRfcs) {
  const core::Json vectors = read_vectors("rfc.json");
  for (const auto& vector : vectors["signatures"]) {
    SCOPED_TRACE(vector["name"]);
    const Algorithm algorithm = parse_algorithm(vector["alg"].get<std::string>()).value();
    const auto input = vector["input"].get<std::string>();
    const std::string signature = unbase64url(vector["signature"]);
    const auto verifier = VerificationKey::from_jwk(vector["jwk"]).value();
    EXPECT_TRUE(verifier->verify(algorithm, input, signature));
    EXPECT_FALSE(verifier->verify(algorithm, input + "x", signature));

    const auto signer = SigningKey::import_private(algorithm, unbase64url(vector["pkcs8"])).value();
    EXPECT_EQ(signer->kid(), thumbprint(vector["jwk"]).value());
    const std::string ours = signer->sign(input).value();
    EXPECT_TRUE(verifier->verify(algorithm, input, ours));
    if (vector["deterministic"]) EXPECT_EQ(ours, signature);
  }
}

TEST(Signature, AgreesWithNpmJose) {
  const core::Json peers = read_vectors("peer.json");
  for (const auto& peer : peers["tokens"]) {
    SCOPED_TRACE(peer["alg"]);
    const Algorithm algorithm = parse_algorithm(peer["alg"].get<std::string>()).value();
    const auto verifier = VerificationKey::from_jwk(peer["jwk"]).value();
    const auto find = [&](const std::optional<std::string>& kid, Algorithm) {
      return kid == verifier->kid() ? verifier : nullptr;
    };
    const auto jwt = verify_jwt(peer["token"].get<std::string>(), find, {.algorithms = {algorithm}, .types = {"JWT"}});
    ASSERT_TRUE(jwt) << jwt.error().description();
    EXPECT_EQ(jwt->claims["text"], "grüße ₿");

    // Their private key in our hands gives the same public key, and signatures that it verifies.
    const auto signer = SigningKey::import_private(algorithm, unbase64url(peer["private"])).value();
    EXPECT_EQ(signer->public_jwk(), peer["jwk"]);
    EXPECT_TRUE(verifier->verify(algorithm, "input", signer->sign("input").value()));
  }
}

TEST(Signature, PssNeedsTheSaltLengthOfTheDigest) {
  const core::Json vector = read_vectors("peer.json")["pss_zero_salt"];
  const auto verifier = VerificationKey::from_jwk(vector["jwk"]).value();
  EXPECT_FALSE(
      verifier->verify(Algorithm::PS256, vector["input"].get<std::string>(), unbase64url(vector["signature"])));
}

TEST(Signature, IsOfOneKeyAlgorithmAndLength) {
  for (const Algorithm algorithm : kAlgorithms) {
    const auto signature = key_of(algorithm)->sign("input").value();
    const auto verifier = verifier_of(algorithm);
    EXPECT_EQ(signature.size(), verifier->signature_size());
    EXPECT_TRUE(verifier->verify(algorithm, "input", signature));
    for (const Algorithm other : kAlgorithms) {
      if (other == algorithm) continue;
      EXPECT_FALSE(verifier->verify(other, "input", signature)) << to_string(other);
      EXPECT_FALSE(verifier_of(other)->verify(other, "input", signature)) << to_string(other);
      EXPECT_FALSE(verifier_of(other)->verify(algorithm, "input", signature)) << to_string(other);
    }
    for (const std::string& bad : {std::string(), signature.substr(1), signature + "x", std::string(16'384, 'x')}) {
      EXPECT_EQ(verifier->verify(algorithm, "input", bad).error().code(), core::Code::unauthorized);
    }
  }
}

TEST(SigningKey, SurvivesExportAndImport) {
  for (const Algorithm algorithm : kAlgorithms) {
    const auto key = key_of(algorithm);
    const crypto::SecretBytes secret = key->export_private().value();
    const auto again = SigningKey::import_private(algorithm, secret.view()).value();
    EXPECT_EQ(again->kid(), key->kid());
    EXPECT_EQ(again->public_jwk(), key->public_jwk());
    EXPECT_TRUE(verifier_of(algorithm)->verify(algorithm, "input", again->sign("input").value()));
  }
}

TEST(SigningKey, RefusesWeakAndForeignPrivateKeys) {
  const core::Json peers = read_vectors("peer.json");
  EXPECT_FALSE(SigningKey::import_private(Algorithm::RS256, unbase64url(peers["rsa_1024_pkcs8"])));
  EXPECT_FALSE(SigningKey::import_private(Algorithm::ES256, unbase64url(peers["p384_pkcs8"])));
  const crypto::SecretBytes p256 = key_of(Algorithm::ES256)->export_private().value();
  for (const Algorithm algorithm : {Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA, Algorithm::ES256K}) {
    EXPECT_FALSE(SigningKey::import_private(algorithm, p256.view())) << to_string(algorithm);
  }
  for (const Algorithm algorithm : kAlgorithms) EXPECT_FALSE(SigningKey::import_private(algorithm, "junk"));
  EXPECT_FALSE(SigningKey::import_private(Algorithm::ES256K, std::string(32, '\0')));
}

TEST(SigningKey, PublishesNothingPrivate) {
  for (const Algorithm algorithm : kAlgorithms) {
    const core::Json& jwk = key_of(algorithm)->public_jwk();
    EXPECT_EQ(jwk["alg"], to_string(algorithm));
    EXPECT_EQ(jwk["use"], "sig");
    EXPECT_EQ(jwk["kid"], key_of(algorithm)->kid());
    for (const auto* name : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(jwk.contains(name)) << name;
  }
}

}  // namespace
}  // namespace sigma::jose
