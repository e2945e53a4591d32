// Backups of identities that nobody has signed in with: keys cost nothing, so a stranger could fill the disk with them.
#include "engine.hpp"
#include "sigma/bap/bap_id.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::days;
using std::chrono::minutes;

Settings with_room_for_two() {
  Settings settings = test_settings();
  settings.unclaimed_backups = 2;
  return settings;
}

class Vault : public EngineTest {
 protected:
  Vault() : EngineTest(with_room_for_two()) {}

  static std::string id_of(const bitcoin::PrivateKey& key) {
    return bap::bap_id_from_root_address(key.public_key().address());
  }
  Result<std::int64_t> push(const bitcoin::PrivateKey& key) {
    BackupRequest request{{}, R"({"any":"body"})", id_of(key)};
    request.tokens = {token_for(key, kBackupPath, request.body)};
    clock.advance(core::Milliseconds{2});
    return run(backups.push(std::move(request), "sealed"));
  }
  std::size_t kept(const bitcoin::PrivateKey& key) {
    return run(store.backups.list(store::BapId{id_of(key)})).value().size();
  }

  bitcoin::PrivateKey keys_[4] = {bitcoin::PrivateKey::generate(random), bitcoin::PrivateKey::generate(random),
                                  bitcoin::PrivateKey::generate(random), bitcoin::PrivateKey::generate(random)};
};

TEST_F(Vault, StrangersHaveRoomForSoManyIdentities) {
  ASSERT_TRUE(push(keys_[0]));
  ASSERT_TRUE(push(keys_[1]));
  const auto refused = push(keys_[2]);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::restore_profile_not_found);
  EXPECT_NE(refused.error().description().find("Sign in with this identity"), std::string::npos);
  EXPECT_EQ(kept(keys_[2]), 0u);
  EXPECT_TRUE(push(keys_[0])) << "who is here may go on";
  EXPECT_EQ(kept(keys_[0]), 2u);

  ASSERT_TRUE(sign_in());
  EXPECT_TRUE(push(*person_key)) << "an identity of the server's needs no room among strangers";
  clock.advance(minutes{2});
  EXPECT_FALSE(push(keys_[2])) << "counted anew";
}

TEST_F(Vault, WhatNobodyClaimsIsForgottenInTime) {
  ASSERT_TRUE(push(keys_[0]));
  ASSERT_TRUE(sign_in());
  ASSERT_TRUE(push(*person_key));
  clock.advance(days{20});
  ASSERT_TRUE(push(keys_[1]));
  clock.advance(days{10});
  EXPECT_EQ(run(backups.remove_unclaimed(100)).value(), 1u);
  EXPECT_EQ(kept(keys_[0]), 0u);
  EXPECT_EQ(kept(keys_[1]), 1u);
  EXPECT_EQ(kept(*person_key), 1u) << "somebody's";
  EXPECT_TRUE(push(keys_[2])) << "there is room again";
  EXPECT_EQ(run(backups.remove_unclaimed(100)).value(), 0u);
}

}  // namespace
}  // namespace sigma::oauth::testing
