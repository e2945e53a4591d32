// Security case 36: tokens of the old key are valid until they expire, a new key is visible before its first use, kids
// are unique, private members are never published, a retired key is refused.
#include <set>

#include "engine.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class KeyRotation : public EngineTest {
 protected:
  std::string sign() { return run(keys.current()->sign_jwt(kAlgorithm, "JWT", {{"sub", "alice"}}, pool)).value(); }
  bool verifies(const std::string& token) {
    return jose::verify_jwt(token, keys.current()->finder(), {.algorithms = {kAlgorithm}, .types = {"JWT"}})
        .has_value();
  }
  std::string signing_kid() const { return keys.current()->active(kAlgorithm)->kid(); }
  std::set<std::string> published_kids() const {
    std::set<std::string> kids;
    for (const core::Json& jwk : keys.current()->jwks().at("keys")) {
      EXPECT_TRUE(kids.insert(jwk.at("kid").get<std::string>()).second) << "a kid occurs twice";
      for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
        EXPECT_FALSE(jwk.contains(secret)) << "a private member is published";
    }
    return kids;
  }
  core::UtcTime tend() { return run(keys.tend()).value().next; }

  static constexpr jose::Algorithm kAlgorithm = jose::Algorithm::ES256;
  static constexpr std::size_t kAlgorithms = 4;
};

TEST_F(KeyRotation, Case36NewKeyIsPublishedBeforeItSignsAndTheOldOneWhileItsTokensLive) {
  const std::string old_kid = signing_kid();
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::announced)));
  EXPECT_EQ(signing_kid(), old_kid) << "not before everybody could see the new key";
  const auto announced = published_kids();
  EXPECT_EQ(announced.size(), kAlgorithms + 1);

  clock.advance(settings.key_publication_lead - seconds{1});
  tend();
  EXPECT_EQ(signing_kid(), old_kid);
  const std::string last_token = sign();
  clock.advance(seconds{1});
  tend();
  EXPECT_NE(signing_kid(), old_kid);
  EXPECT_TRUE(announced.contains(signing_kid()));
  EXPECT_TRUE(verifies(last_token));
  EXPECT_TRUE(verifies(sign()));

  clock.advance(settings.id_token_lifetime);
  tend();
  EXPECT_TRUE(verifies(last_token)) << "the longest-lived token of the old key";
  EXPECT_TRUE(published_kids().contains(old_kid));
  clock.advance(settings.session_lifetime - settings.id_token_lifetime);
  tend();
  EXPECT_TRUE(verifies(last_token)) << "expired, and still a hint for its session (RP-Initiated Logout 1.0 §2)";
  clock.advance(hours{1});
  tend();
  EXPECT_FALSE(published_kids().contains(old_kid));
  EXPECT_FALSE(verifies(last_token)) << "a retired key is refused";
}

TEST_F(KeyRotation, Case36KeysAreReplacedByTheClockOnceEach) {
  const std::string first = signing_kid();
  clock.advance(settings.key_rotation_interval - settings.key_publication_lead - seconds{1});
  EXPECT_EQ(tend(), clock.now() + seconds{1}) << "says when to look again";
  EXPECT_EQ(published_kids().size(), kAlgorithms);
  clock.advance(seconds{1});
  const auto tended = run(keys.tend()).value();
  EXPECT_EQ(tended.next, clock.now() + settings.key_publication_lead);
  ASSERT_EQ(tended.rotations.size(), kAlgorithms);
  for (const auto& rotation : tended.rotations) EXPECT_TRUE(published_kids().contains(rotation.kid));
  EXPECT_EQ(published_kids().size(), 2 * kAlgorithms) << "each algorithm has its successor";
  EXPECT_TRUE(run(keys.tend()).value().rotations.empty()) << "each is told once";
  EXPECT_EQ(published_kids().size(), 2 * kAlgorithms) << "and only one";
  EXPECT_EQ(signing_kid(), first);
  clock.advance(settings.key_publication_lead);
  tend();
  EXPECT_NE(signing_kid(), first) << "a key signs for one interval";
}

TEST_F(KeyRotation, Case36ReplicasMakeOneSuccessor) {
  KeyManager other{store.keys, sealer, pool, clock, random, settings};
  ASSERT_TRUE(run(other.start()));
  clock.advance(settings.key_rotation_interval);
  core::testing::EventLoop loop;
  auto one = loop.start(keys.tend());
  auto two = loop.start(other.tend());
  loop.run();
  const auto by_one = one.get(), by_two = two.get();
  ASSERT_TRUE(by_one);
  ASSERT_TRUE(by_two);
  EXPECT_EQ(by_one->rotations.size() + by_two->rotations.size(), kAlgorithms) << "told by whoever made the key";
  EXPECT_EQ(published_kids().size(), 2 * kAlgorithms);
  ASSERT_TRUE(run(keys.reload()));
  EXPECT_EQ(keys.current()->jwks(), other.current()->jwks());
}

TEST_F(KeyRotation, AnOldServerThatWasAwayCatchesUpWithoutAGap) {
  clock.advance(settings.key_rotation_interval * 3);
  const std::string old_kid = signing_kid();
  tend();
  EXPECT_EQ(signing_kid(), old_kid) << "still announced first";
  clock.advance(settings.key_publication_lead);
  tend();
  EXPECT_NE(signing_kid(), old_kid);
}

TEST_F(KeyRotation, RotationByTheClockCanBeOff) {
  Settings manual = settings;
  manual.key_rotation_interval = seconds{0};
  KeyManager still{store.keys, sealer, pool, clock, random, manual};
  clock.advance(hours{24 * 3'650});
  ASSERT_TRUE(run(still.tend()));
  EXPECT_EQ(still.current()->jwks().at("keys").size(), kAlgorithms);
}

TEST_F(KeyRotation, Case36AKeyThatOthersKnowIsWithdrawnAtOnce) {
  const std::string old_kid = signing_kid(), stolen = sign();
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::at_once)));
  EXPECT_NE(signing_kid(), old_kid);
  EXPECT_FALSE(published_kids().contains(old_kid));
  EXPECT_FALSE(verifies(stolen));
  EXPECT_TRUE(verifies(sign()));
}

TEST_F(KeyRotation, Case36WithdrawingAlsoEndsARotationUnderWay) {
  const std::string old_kid = signing_kid();
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::announced)));
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::at_once)));
  const std::string kid = signing_kid();
  EXPECT_NE(kid, old_kid);
  EXPECT_EQ(published_kids().size(), kAlgorithms) << "neither the old nor the announced key remains";
  clock.advance(settings.key_publication_lead);
  tend();
  EXPECT_EQ(signing_kid(), kid) << "the announced key never signs";
}

TEST_F(KeyRotation, Case36WithdrawingTakesRetiredKeysAlong) {
  const std::string stolen = sign();
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::announced)));
  clock.advance(settings.key_publication_lead + minutes{5});
  tend();
  EXPECT_TRUE(verifies(stolen));
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::at_once)));
  EXPECT_FALSE(verifies(stolen)) << "the theft was noticed only after a rotation";
  EXPECT_EQ(published_kids().size(), kAlgorithms);
}

TEST_F(KeyRotation, TwoRotationsByHandFollowEachOther) {
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::announced)));
  clock.advance(minutes{1});
  ASSERT_TRUE(run(keys.rotate(kAlgorithm, Takeover::announced)));
  for (int i = 0; i < 12; ++i) {
    clock.advance(minutes{1});
    tend();
    EXPECT_TRUE(verifies(sign()));
  }
  EXPECT_EQ(published_kids().size(), kAlgorithms + 2);
}

TEST_F(KeyRotation, TheJwksTextIsRenderedOncePerChange) {
  const auto text = keys.current()->jwks_text();
  EXPECT_EQ(*text, core::dump_json(keys.current()->jwks()));
  EXPECT_EQ(keys.current()->jwks_text().get(), text.get());
}

}  // namespace
}  // namespace sigma::oauth::testing
