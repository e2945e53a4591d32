#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Users : public StoreContract<Backend> {
 protected:
  UserStore& users() { return this->store().users; }
};
TYPED_TEST_SUITE(Users, Backends);

TYPED_TEST(Users, come_back_as_stored_with_their_profile) {
  EXPECT_EQ(await(this->users().create_with_profile(make_user(), make_profile())), make_user());
  EXPECT_EQ(await(this->users().find(UserId{"user-1"})), make_user());
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), make_profile());
  EXPECT_EQ(await(this->users().find(UserId{"user-2"})), std::nullopt);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-2"})), std::nullopt);
}

TYPED_TEST(Users, with_nothing_optional) {
  User user = make_user();
  user.email.reset();
  user.image.reset();
  user.pubkey.reset();
  user.email_verified = false;
  user.disabled = true;
  Profile profile = make_profile();
  profile.image.reset();
  profile.is_primary = false;
  EXPECT_EQ(await(this->users().create_with_profile(user, profile)), user);
  EXPECT_EQ(await(this->users().find(user.id)), user);
  EXPECT_EQ(await(this->users().find_profile(profile.bap_id)), profile);
}

TYPED_TEST(Users, several_without_a_key) {
  for (const char* id : {"user-1", "user-2"}) {
    User user = make_user(id);
    user.pubkey.reset();
    EXPECT_EQ(await(this->users().create_with_profile(user, make_profile(id, id))), user);
  }
}

TYPED_TEST(Users, are_found_by_own_key_before_a_profiles) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("bap-2", "user-2")));
  EXPECT_EQ(await(this->users().find_by_pubkey(pubkey_of("user-2"))), make_user("user-2"));
  EXPECT_EQ(await(this->users().find_by_pubkey(pubkey_of("bap-2"))), make_user("user-2"));
  EXPECT_EQ(await(this->users().find_by_pubkey("02unknown")), std::nullopt);

  Profile profile = make_profile("bap-2", "user-2");
  profile.member_pubkey = pubkey_of("user-1");
  EXPECT_TRUE(await(this->users().save_profile(profile)));
  EXPECT_EQ(await(this->users().find_by_pubkey(pubkey_of("user-1"))), make_user("user-1"));
}

TYPED_TEST(Users, known_key_gives_the_existing_user) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  User again = make_user("user-2");
  again.pubkey = pubkey_of("user-1");
  EXPECT_EQ(await(this->users().create_with_profile(again, make_profile("bap-2", "user-2"))), make_user("user-1"));
  again.pubkey = pubkey_of("bap-1");
  EXPECT_EQ(await(this->users().create_with_profile(again, make_profile("bap-2", "user-2"))), make_user("user-1"))
      << "by profile";
  EXPECT_EQ(await(this->users().find(UserId{"user-2"})), std::nullopt);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-2"})), std::nullopt);
}

TYPED_TEST(Users, fifty_first_sign_ins_make_one_user) {
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<User>>> attempts;
  for (int i = 0; i < 50; ++i) {
    User user = make_user("user-" + std::to_string(i));
    user.pubkey = pubkey_of("same");
    Profile profile = make_profile("bap-1", user.id.str());
    profile.member_pubkey = pubkey_of("same");
    attempts.push_back((i % 2 == 0 ? this->store() : other).users.create_with_profile(user, profile));
  }
  const auto results = run_all(std::move(attempts));
  const User winner = must(results.front());
  for (const auto& result : results) EXPECT_EQ(must(result).id, winner.id);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"}))->user_id, winner.id);
}

TYPED_TEST(Users, identity_of_somebody_else_creates_nobody) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  const auto result =
      core::testing::run(this->users().create_with_profile(make_user("user-2"), make_profile("bap-1", "user-2")));
  EXPECT_EQ(result.error().code(), core::Code::conflict);
  EXPECT_EQ(await(this->users().find(UserId{"user-2"})), std::nullopt);
}

TYPED_TEST(Users, an_update_writes_name_and_picture_and_nothing_else) {
  await(this->users().create_with_profile(make_user(), make_profile()));
  User changed = make_user();
  changed.name = "other";
  changed.email.reset();
  changed.email_verified = false;
  changed.image.reset();
  changed.pubkey = pubkey_of("other");
  changed.subscription_tier = "pro";
  changed.roles = "user";
  changed.disabled = true;
  changed.created_at = after(kDay);
  changed.updated_at = after(kHour);
  EXPECT_TRUE(await(this->users().update(changed)));
  User expected = make_user();
  expected.name = changed.name;
  expected.image = changed.image;
  expected.updated_at = changed.updated_at;
  EXPECT_EQ(await(this->users().find(changed.id)), expected);
  EXPECT_FALSE(await(this->users().update(make_user("unknown"))));
}

TYPED_TEST(Users, values_stay_out_of_causes) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  const auto result =
      core::testing::run(this->users().create_with_profile(make_user("user-2"), make_profile("bap-1", "user-2")));
  EXPECT_EQ(result.error().code(), core::Code::conflict);
  EXPECT_EQ(result.error().cause().find("bap-1"), std::string::npos) << "causes are logged";
}

TYPED_TEST(Users, profiles_primary_first_then_oldest) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("p", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("q", "user-2")));
  int age = 0;
  for (const char* id : {"new", "old"}) {
    Profile profile = make_profile(id, "user-1");
    profile.is_primary = false;
    profile.created_at = after(kHour - age++);
    await(this->users().save_profile(profile));
  }
  std::vector<std::string> ids;
  for (const auto& profile : await(this->users().list_profiles(UserId{"user-1"}))) ids.push_back(profile.bap_id.str());
  EXPECT_EQ(ids, (std::vector<std::string>{"p", "old", "new"}));
  EXPECT_TRUE(await(this->users().list_profiles(UserId{"nobody"})).empty());
}

TYPED_TEST(Users, saved_profile_is_updated_by_its_owner_only) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("bap-2", "user-2")));
  Profile changed = make_profile("bap-1", "user-1");
  changed.name = "renamed";
  changed.image.reset();
  changed.member_pubkey = pubkey_of("rotated");
  changed.is_primary = false;
  changed.counter = 8;
  changed.profile = {{"name", "x"}};
  changed.created_at = after(kDay);
  changed.updated_at = after(kHour);
  EXPECT_TRUE(await(this->users().save_profile(changed)));
  changed.created_at = kNow;
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), changed);

  Profile stolen = make_profile("bap-1", "user-2");
  EXPECT_FALSE(await(this->users().save_profile(stolen)));
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), changed);
}

TYPED_TEST(Users, hostile_texts_come_back_unchanged) {
  int number = 0;
  for (const std::string& text : hostile_texts()) {
    const std::string id = "u" + std::to_string(number++);
    User user = make_user(id);
    user.name = user.subscription_tier = user.roles = text;
    user.email = user.image = text;
    Profile profile = make_profile(id, id);
    profile.name = text;
    profile.image = text;
    EXPECT_EQ(await(this->users().create_with_profile(user, profile)), user);
    EXPECT_EQ(await(this->users().find(user.id)), user);
    EXPECT_EQ(await(this->users().find_profile(profile.bap_id)), profile);
  }
}

TYPED_TEST(Users, one_identity_is_primary) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("first", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("theirs", "user-2")));
  Profile second = make_profile("second", "user-1");
  second.updated_at = after(9);
  EXPECT_TRUE(await(this->users().save_profile(second)));
  EXPECT_FALSE(await(this->users().find_profile(BapId{"first"}))->is_primary);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"second"}))->is_primary);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"theirs"}))->is_primary);
  EXPECT_FALSE(await(this->users().save_profile(make_profile("theirs", "user-1"))));
  EXPECT_TRUE(await(this->users().find_profile(BapId{"second"}))->is_primary) << "a refused one replaces nothing";
}

TYPED_TEST(Users, the_identity_last_used_is_that_of_the_newest_grant_else_of_the_newest_consent) {
  await(this->users().create_with_profile(make_user(), make_profile()));
  await(this->store().clients.create(make_client()));
  const auto last = [&] { return await(this->users().last_identity(UserId{"user-1"}, ClientId{"client-1"})); };
  EXPECT_EQ(last(), std::nullopt);
  for (const auto& [id, when] : {std::pair{"early", 5}, std::pair{"late", 9}, std::pair{"middle", 7}}) {
    await(this->store().consents.remember(
        {UserId{"user-1"}, ClientId{"client-1"}, BapId{id}, {"openid"}, kNow, after(when)}));
  }
  await(this->store().consents.remember({UserId{"user-1"}, ClientId{"client-1"}, {}, {"openid"}, kNow, after(20)}));
  EXPECT_EQ(last(), BapId{"late"});
  for (const auto& [id, when] : {std::pair{"a", 1}, std::pair{"b", 3}, std::pair{"c", 2}}) {
    AuthorizationCode code = make_code(id);
    code.bap_id = BapId{id};
    code.created_at = after(when);
    await(this->store().tokens.create_code(code));
  }
  EXPECT_EQ(last(), BapId{"b"});
  EXPECT_EQ(await(this->users().last_identity(UserId{"user-1"}, ClientId{"client-2"})), std::nullopt);
}

}  // namespace
}  // namespace sigma::store::contract
