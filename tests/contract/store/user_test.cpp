#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

ProfileChange change_of(const std::string& bap_id, const std::string& user, std::int64_t when = 0) {
  return {.bap_id = BapId{bap_id}, .user_id = UserId{user}, .updated_at = after(when)};
}

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

  ProfileChange change = change_of("bap-2", "user-2");
  change.member_pubkey = pubkey_of("user-1");
  EXPECT_TRUE(await(this->users().update_profile(change)));
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

// Two keys of one identity: whoever comes second signs in to the account of the first.
TYPED_TEST(Users, an_identity_that_is_known_gives_its_user) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  EXPECT_EQ(await(this->users().create_with_profile(make_user("user-2"), make_profile("bap-1", "user-2"))),
            make_user("user-1"));
  EXPECT_EQ(await(this->users().find(UserId{"user-2"})), std::nullopt);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), make_profile("bap-1", "user-1"));
}

TYPED_TEST(Users, first_sign_ins_with_many_keys_of_one_identity_make_one_user) {
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<User>>> attempts;
  for (int i = 0; i < 20; ++i) {
    const User user = make_user("user-" + std::to_string(i));
    attempts.push_back(
        (i % 2 == 0 ? this->store() : other).users.create_with_profile(user, make_profile("bap-1", user.id.str())));
  }
  const auto results = run_all(std::move(attempts));
  const UserId winner = await(this->users().find_profile(BapId{"bap-1"}))->user_id;
  for (const auto& result : results) EXPECT_EQ(must(result).id, winner);
  for (int i = 0; i < 20; ++i) {
    const UserId id{"user-" + std::to_string(i)};
    EXPECT_EQ(await(this->users().find(id)).has_value(), id == winner) << id.str();
  }
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
  User same_id = make_user("user-1");
  same_id.pubkey = pubkey_of("other");
  const auto result = core::testing::run(this->users().create_with_profile(same_id, make_profile("bap-2", "user-1")));
  EXPECT_EQ(result.error().code(), core::Code::conflict);
  EXPECT_EQ(result.error().cause().find("user-1"), std::string::npos) << "causes are logged";
}

TYPED_TEST(Users, profiles_primary_first_then_oldest) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("p", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("q", "user-2")));
  int age = 0;
  for (const char* id : {"new", "old"}) {
    Profile profile = make_profile(id, "user-1");
    profile.is_primary = false;
    profile.created_at = after(kHour - age++);
    EXPECT_EQ(await(this->users().add_profile(profile)), ProfileAddition::done);
  }
  std::vector<std::string> ids;
  for (const auto& profile : await(this->users().list_profiles(UserId{"user-1"}))) ids.push_back(profile.bap_id.str());
  EXPECT_EQ(ids, (std::vector<std::string>{"p", "old", "new"}));
  EXPECT_TRUE(await(this->users().list_profiles(UserId{"nobody"})).empty());
}

TYPED_TEST(Users, an_identity_changes_in_what_is_named_and_nothing_else) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("bap-2", "user-2")));
  Profile expected = make_profile("bap-1", "user-1");
  const auto changes_to = [&](const ProfileChange& change) {
    EXPECT_TRUE(await(this->users().update_profile(change)));
    expected.updated_at = change.updated_at;
    EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), expected);
  };
  ProfileChange name = change_of("bap-1", "user-1", 10);
  expected.name = *(name.name = "renamed");
  changes_to(name);
  ProfileChange key = change_of("bap-1", "user-1", 11);
  expected.member_pubkey = *(key.member_pubkey = pubkey_of("rotated"));
  changes_to(key);
  ProfileChange counter = change_of("bap-1", "user-1", 12);
  expected.counter = *(counter.counter = 8);
  changes_to(counter);
  ProfileChange picture = change_of("bap-1", "user-1", 13);
  expected.image = *(picture.image = "https://a.example/new.png");
  changes_to(picture);
  ProfileChange no_picture = change_of("bap-1", "user-1", 14);
  expected.image = *(no_picture.image = std::optional<std::string>{});
  changes_to(no_picture);

  ProfileChange stolen = change_of("bap-1", "user-2");
  stolen.name = "stolen";
  stolen.make_primary = true;
  EXPECT_FALSE(await(this->users().update_profile(stolen)));
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), expected);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"bap-2"}))->is_primary) << "a refused one replaces nothing";
}

TYPED_TEST(Users, an_identity_is_added_to_one_user_and_stays_as_it_is) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  await(this->users().create_with_profile(make_user("user-2"), make_profile("bap-2", "user-2")));
  Profile again = make_profile("bap-1", "user-1");
  again.name = "again";
  EXPECT_EQ(await(this->users().add_profile(again)), ProfileAddition::done);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), make_profile("bap-1", "user-1"));
  EXPECT_EQ(await(this->users().add_profile(make_profile("bap-1", "user-2"))), ProfileAddition::elsewhere);
  EXPECT_EQ(await(this->users().find_profile(BapId{"bap-1"})), make_profile("bap-1", "user-1"));
}

TYPED_TEST(Users, identities_of_one_user_are_bounded_also_when_they_come_at_once) {
  await(this->users().create_with_profile(make_user("user-1"), make_profile("first", "user-1")));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<ProfileAddition>>> attempts;
  for (int i = 0; i < UserStore::kMaxProfiles + 10; ++i) {
    Profile profile = make_profile("more-" + std::to_string(i), "user-1");
    profile.is_primary = false;
    attempts.push_back((i % 2 == 0 ? this->store() : other).users.add_profile(profile));
  }
  std::int64_t added = 0;
  for (auto& result : run_all(std::move(attempts))) added += must(std::move(result)) == ProfileAddition::done ? 1 : 0;
  EXPECT_EQ(added, UserStore::kMaxProfiles - 1);
  EXPECT_EQ(await(this->users().add_profile(make_profile("last", "user-1"))), ProfileAddition::too_many);
  const auto all = await(this->users().list_profiles(UserId{"user-1"}));
  EXPECT_EQ(all.size(), static_cast<std::size_t>(UserStore::kMaxProfiles));
  EXPECT_EQ(all.front().bap_id, BapId{"first"}) << "one that was refused is not the primary one";
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
  EXPECT_EQ(await(this->users().add_profile(second)), ProfileAddition::done);
  EXPECT_FALSE(await(this->users().find_profile(BapId{"first"}))->is_primary);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"second"}))->is_primary);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"theirs"}))->is_primary);
  EXPECT_EQ(await(this->users().add_profile(make_profile("theirs", "user-1"))), ProfileAddition::elsewhere);
  EXPECT_TRUE(await(this->users().find_profile(BapId{"second"}))->is_primary) << "a refused one replaces nothing";
}

TYPED_TEST(Users, of_identities_made_primary_at_once_one_is) {
  await(this->users().create_with_profile(make_user(), make_profile("bap-0")));
  for (int i = 1; i < 6; ++i) {
    Profile profile = make_profile("bap-" + std::to_string(i));
    profile.is_primary = false;
    await(this->users().add_profile(profile));
  }
  Database second(this->backend_.connector());
  Store other(second);
  for (int round = 0; round < 10; ++round) {
    std::vector<Task<Result<bool>>> changes;
    for (int i = 0; i < 6; ++i) {
      ProfileChange change = change_of("bap-" + std::to_string(i), "user-1", round);
      change.make_primary = true;
      changes.push_back((i % 2 == 0 ? this->store() : other).users.update_profile(change));
    }
    for (auto& result : run_all(std::move(changes))) EXPECT_TRUE(must(std::move(result)));
    const auto all = await(this->users().list_profiles(UserId{"user-1"}));
    EXPECT_EQ(std::ranges::count_if(all, &Profile::is_primary), 1);
  }
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
