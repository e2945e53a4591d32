#include "sigma/jose/key_set.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "support.hpp"

namespace sigma::jose {
namespace {

using testing::key_of;
using testing::read_vectors;

std::shared_ptr<const SigningKey> fresh(Algorithm algorithm, std::uint64_t seed) {
  core::testing::SeededRandom random(seed);
  return SigningKey::generate(algorithm, random).value();
}

core::Json jwk_of(Algorithm algorithm) {
  return key_of(algorithm)->public_jwk();
}

core::Json set_of(std::initializer_list<core::Json> keys) {
  return {{"keys", core::Json::array_t(keys)}};
}

class KeySetTest : public ::testing::Test {
 protected:
  core::Result<std::string> sign(const KeySet& keys, Algorithm algorithm) {
    auto task = keys.sign_jwt(algorithm, "JWT", {{"sub", "alice"}}, pool_);
    auto future = boost::asio::co_spawn(loop_, std::move(task), boost::asio::use_future);
    loop_.restart();
    loop_.run();
    return future.get();
  }
  VerifyOptions all_{.algorithms = {kAlgorithms.begin(), kAlgorithms.end()}, .types = {"JWT"}};
  boost::asio::io_context loop_;  // outlives the pool, whose thread may still be leaving a post() to it
  core::WorkPool pool_{"rsa", 1, 8};
};

TEST_F(KeySetTest, SignsWithEachActiveKeyAndVerifies) {
  std::vector<std::shared_ptr<const SigningKey>> signing;
  for (const Algorithm algorithm : kAlgorithms) signing.push_back(key_of(algorithm));
  const auto keys = KeySet::create(signing, {}).value();
  for (const Algorithm algorithm : kAlgorithms) {
    const auto token = sign(*keys, algorithm);
    ASSERT_TRUE(token);
    const auto jwt = verify_jwt(*token, keys->finder(), all_);
    ASSERT_TRUE(jwt) << to_string(algorithm);
    EXPECT_EQ(jwt->header["alg"], to_string(algorithm));
    EXPECT_EQ(jwt->claims["sub"], "alice");
  }
}

// Case 36: old tokens verify while the retired key is published, and not a moment longer.
TEST_F(KeySetTest, FollowsARotation) {
  const auto old_key = fresh(Algorithm::ES256, 1), new_key = fresh(Algorithm::ES256, 2);
  const auto before = KeySet::create({old_key}, {new_key->public_jwk()}).value();
  const auto during = KeySet::create({new_key}, {old_key->public_jwk()}).value();
  const auto after = KeySet::create({new_key}, {}).value();
  const std::string old_token = sign(*before, Algorithm::ES256).value();
  const std::string new_token = sign(*during, Algorithm::ES256).value();
  EXPECT_EQ(before->active(Algorithm::ES256)->kid(), old_key->kid());
  EXPECT_EQ(during->active(Algorithm::ES256)->kid(), new_key->kid());

  EXPECT_TRUE(verify_jwt(new_token, before->finder(), all_));  // published before it is used
  EXPECT_TRUE(verify_jwt(old_token, during->finder(), all_));
  EXPECT_TRUE(verify_jwt(new_token, during->finder(), all_));
  EXPECT_FALSE(verify_jwt(old_token, after->finder(), all_));
  EXPECT_EQ(during->jwks()["keys"].size(), 2u);
  EXPECT_EQ(during->jwks()["keys"][0]["kid"], new_key->kid());
}

TEST_F(KeySetTest, PublishesPublicMembersOnly) {
  const auto keys =
      KeySet::create({key_of(Algorithm::RS256), key_of(Algorithm::ES256K)}, {jwk_of(Algorithm::EdDSA)}).value();
  const std::set<std::string> allowed = {"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"};
  for (const auto& jwk : keys->jwks()["keys"]) {
    for (const auto& [name, value] : jwk.items()) EXPECT_TRUE(allowed.contains(name)) << name;
  }
  EXPECT_EQ(keys->jwks()["keys"].size(), 3u);
  EXPECT_TRUE(keys->find(key_of(Algorithm::EdDSA)->kid()));
  EXPECT_FALSE(keys->find("unknown"));
  EXPECT_FALSE(keys->active(Algorithm::EdDSA));
}

TEST_F(KeySetTest, RefusesAmbiguousOrPrivateKeys) {
  EXPECT_FALSE(KeySet::create({fresh(Algorithm::ES256, 1), fresh(Algorithm::ES256, 2)}, {}));
  EXPECT_FALSE(KeySet::create({key_of(Algorithm::ES256)}, {jwk_of(Algorithm::ES256)}));
  core::Json nameless = jwk_of(Algorithm::ES256), with_secret = jwk_of(Algorithm::ES256);
  nameless.erase("kid");
  with_secret["d"] = "AQAB";
  EXPECT_FALSE(KeySet::create({}, {nameless}));
  EXPECT_FALSE(KeySet::create({}, {with_secret}));
  EXPECT_TRUE(KeySet::create({}, {}));
}

TEST_F(KeySetTest, SaysSoWhenItCannotSign) {
  const auto keys = KeySet::create({key_of(Algorithm::RS256), key_of(Algorithm::EdDSA)}, {}).value();
  EXPECT_EQ(sign(*keys, Algorithm::ES256).error().code(), core::Code::internal);
  pool_.stop();
  EXPECT_EQ(sign(*keys, Algorithm::RS256).error().code(), core::Code::overloaded);
  EXPECT_TRUE(sign(*keys, Algorithm::EdDSA));  // needs no pool
}

TEST(JwkSet, FindsByKidAndAlgorithm) {
  const auto set =
      JwkSet::parse(set_of({jwk_of(Algorithm::RS256), jwk_of(Algorithm::ES256), jwk_of(Algorithm::ES256K)})).value();
  EXPECT_EQ(set.size(), 3u);
  EXPECT_TRUE(set.find(key_of(Algorithm::ES256)->kid(), Algorithm::ES256));
  EXPECT_FALSE(set.find(key_of(Algorithm::ES256)->kid(), Algorithm::ES256K));
  EXPECT_FALSE(set.find("other", Algorithm::ES256));
  EXPECT_TRUE(set.find(std::nullopt, Algorithm::ES256));
  EXPECT_FALSE(set.find(std::nullopt, Algorithm::EdDSA));
}

TEST(JwkSet, NeedsAKidWhenSeveralKeysFit) {
  const auto a = fresh(Algorithm::ES256, 1), b = fresh(Algorithm::ES256, 2);
  const auto set = JwkSet::parse(set_of({a->public_jwk(), b->public_jwk()})).value();
  EXPECT_FALSE(set.find(std::nullopt, Algorithm::ES256));
  EXPECT_EQ(set.find(b->kid(), Algorithm::ES256)->kid(), b->kid());
}

TEST(JwkSet, SkipsForeignKeysAndRefusesBrokenOnes) {
  const core::Json peers = read_vectors("peer.json");
  core::Json encryption = jwk_of(Algorithm::RS256);
  encryption["use"] = "enc";
  const auto set = JwkSet::parse(set_of({peers["p384"],
                                         peers["x25519"],
                                         {{"kty", "oct"}, {"k", "AA"}},
                                         encryption,
                                         jwk_of(Algorithm::EdDSA),
                                         core::Json("text"),
                                         core::Json()}));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 1u);

  core::Json with_secret = jwk_of(Algorithm::EdDSA);
  with_secret["d"] = "AQAB";
  EXPECT_FALSE(JwkSet::parse(set_of({with_secret})));
  EXPECT_FALSE(JwkSet::parse(set_of({peers["rsa_1024"]})));
  EXPECT_FALSE(JwkSet::parse(set_of({jwk_of(Algorithm::EdDSA), jwk_of(Algorithm::EdDSA)})));
  EXPECT_FALSE(JwkSet::parse({{"keys", core::Json::array_t(33, jwk_of(Algorithm::EdDSA))}}));
  for (const core::Json& bad : {core::Json(), core::Json::array(), core::Json::object(), core::Json{{"keys", "x"}}}) {
    EXPECT_FALSE(JwkSet::parse(bad)) << bad;
  }
  EXPECT_EQ(JwkSet::parse(set_of({})).value().size(), 0u);
}

}  // namespace
}  // namespace sigma::jose
