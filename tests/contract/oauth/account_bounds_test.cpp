// What one account can hold, and what several requests at once make of it.
#include "engine.hpp"
#include "sigma/bap/bap_id.hpp"

namespace sigma::oauth::testing {
namespace {

class AccountBounds : public EngineTest {
 protected:
  IdentityChange change_of(const bitcoin::PrivateKey& key) {
    IdentityChange change;
    change.bap_id = bap::bap_id_from_root_address(key.public_key().address());
    change.member_pubkey = key.public_key().hex();
    change.name = "Another";
    change.body = "{}";
    change.x_auth_tokens = {token_for(key, kIdentitiesPath, change.body)};
    return change;
  }
  void fill(const store::UserId& user) {
    std::vector<core::Task<core::Result<store::ProfileAddition>>> additions;
    for (std::int64_t i = 1; i < store::UserStore::kMaxProfiles; ++i) {
      store::Profile profile;
      profile.bap_id = store::BapId{"filler-" + std::to_string(i)};
      profile.user_id = user;
      additions.push_back(store.users.add_profile(std::move(profile)));
    }
    for (const auto& added : core::testing::run_all(std::move(additions)))
      ASSERT_EQ(added.value(), store::ProfileAddition::done);
  }
};

TEST_F(AccountBounds, AFullAccountSaysWhereTheNextIdentityGoes) {
  const auto person = sign_in().value();
  fill(person.user.id);
  const auto key = bitcoin::PrivateKey::generate(random);
  const auto refused = run(identities.save(person.user, change_of(key)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::access_denied);
  EXPECT_NE(refused.error().description().find("sign up with the new key"), std::string::npos);
  EXPECT_TRUE(sign_in(person.session.active_bap_id->str())) << "those that are there go on";

  person_key = std::make_unique<bitcoin::PrivateKey>(key);
  const auto apart = sign_in();
  ASSERT_TRUE(apart) << "as it was told";
  EXPECT_NE(apart->user.id, person.user.id);
}

// Each writes what it changes: none of them brings back what it has read before.
TEST_F(AccountBounds, ChangesOfOneIdentityAtOnceAreAllKept) {
  const auto person = sign_in().value();
  const store::BapId id = *person.session.active_bap_id;
  const auto session = session_of(person).value();
  for (int round = 1; round <= 10; ++round) {
    IdentityChange counted = change_of(*person_key);
    counted.counter = round;
    SelfDescription described;
    described.image = "https://a.example/" + std::to_string(round) + ".png";
    core::testing::EventLoop loop;
    auto saved = loop.start(identities.save(person.user, counted));
    auto shown = loop.start(own_account.describe(session, described));
    loop.run();
    ASSERT_TRUE(saved.get());
    ASSERT_TRUE(shown.get());
    const store::Profile kept = run(store.users.find_profile(id)).value().value();
    EXPECT_EQ(kept.counter, round);
    EXPECT_EQ(kept.image, *described.image);
  }
}

}  // namespace
}  // namespace sigma::oauth::testing
