// Accounts as a whole: listed, searched, switched off and removed.
#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Accounts : public StoreContract<Backend> {
 protected:
  AccountStore& accounts() { return this->store().accounts; }

  void make_account(const std::string& number) {
    await(this->store().users.create_with_profile(make_user("user-" + number),
                                                  make_profile("bap-" + number, "user-" + number)));
  }
  /// A grant with tokens in a session of the user, all named by `label`.
  void grant(const std::string& label, const std::string& user, std::vector<std::string> scopes = {"openid"}) {
    Session session = make_session(label, user);
    await(this->store().sessions.create(session));
    AuthorizationCode code = make_code(label);
    code.user_id = UserId{user};
    code.session_id = session.id;
    code.scopes = std::move(scopes);
    await(this->store().tokens.create_code(code));
    AccessToken access = make_access(label, label);
    RefreshToken refresh = make_refresh(label, label);
    access.user_id = refresh.user_id = code.user_id;
    access.session_id = refresh.session_id = session.id;
    await(this->store().tokens.redeem_code(code.hash, kNow, {access, refresh}));
  }
  bool is_live(const std::string& label) {
    const auto access = await(this->store().tokens.find_access(make_access(label).hash));
    const auto refresh = await(this->store().tokens.find_refresh(make_refresh(label).hash));
    EXPECT_EQ(access && !access->revoked_at, refresh && !refresh->revoked_at) << label;
    return access && !access->revoked_at;
  }
  /// Newer than `make_account()` makes them.
  void store_many_users(std::size_t count) {
    await(this->database().write({}, [count](sql::Connection& connection) -> core::Result<bool> {
      SIGMA_CHECK(connection.execute_script(
          "INSERT INTO users (id, name, email_verified, subscription_tier, roles, disabled, created_at, updated_at) "
          "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " +
          std::to_string(count) + ") SELECT 'user-9' || n, 'Somebody', FALSE, 'free', '[]', FALSE, 0, 0 FROM numbers"));
      return true;
    }));
  }
  std::vector<std::string> search(const std::string& text) {
    std::vector<std::string> ids;
    for (const User& user : await(accounts().list_users({}, text))) ids.push_back(user.id.str());
    return ids;
  }
};
TYPED_TEST_SUITE(Accounts, Backends);

using Ids = std::vector<std::string>;

TYPED_TEST(Accounts, are_listed_newest_first_in_pages) {
  for (const char* number : {"1", "3", "2"}) this->make_account(number);
  EXPECT_EQ(await(this->accounts().list_users({.limit = 2, .after = {}}, "")),
            (std::vector{make_user("user-3"), make_user("user-2")}));
  EXPECT_EQ(await(this->accounts().list_users({.limit = 2, .after = "user-2"}, "")), std::vector{make_user("user-1")});
  EXPECT_TRUE(await(this->accounts().list_users({.limit = 2, .after = "user-1"}, "")).empty());
}

TYPED_TEST(Accounts, are_searched_by_name_address_id_key_and_identity) {
  for (const char* number : {"1", "2"}) this->make_account(number);
  EXPECT_EQ(this->search("ZOë USER-2"), (Ids{"user-2"}));
  EXPECT_EQ(this->search("1@example"), (Ids{"user-1"}));
  EXPECT_EQ(this->search("user-2"), (Ids{"user-2"}));
  EXPECT_EQ(this->search(pubkey_of("user-1")), (Ids{"user-1"}));
  EXPECT_EQ(this->search("bap-2"), (Ids{"user-2"}));
  EXPECT_EQ(this->search(pubkey_of("bap-1")), (Ids{"user-1"}));
  EXPECT_EQ(this->search("profile BAP-1"), (Ids{"user-1"}));
  EXPECT_EQ(this->search("user"), (Ids{"user-2", "user-1"}));
  EXPECT_EQ(this->search("nobody"), Ids{});
}

// Security case 59.
TYPED_TEST(Accounts, search_takes_every_character_literally) {
  User user = make_user("user-1");
  user.name = "100%_of *?[a] 'x'";
  await(this->store().users.create_with_profile(user, make_profile()));
  this->make_account("2");
  for (const char* text : {"%", "_", "100%_", "*?[a]", "'x'"}) EXPECT_EQ(this->search(text), (Ids{"user-1"})) << text;
  for (const std::string& text : hostile_texts()) {
    if (!text.empty()) EXPECT_EQ(this->search(text), Ids{}) << text.substr(0, 40);
  }
}

// Beginnings are found among all by index; what stands inside of a name only among the newest, so that a search of a
// table of any size has an end.
TYPED_TEST(Accounts, of_old_ones_the_beginning_is_found) {
  User old = make_user("user-0");
  old.name = "Grace Hopper";
  old.email = "rear.admiral@example.com";
  Profile profile = make_profile("bap-0", "user-0");
  profile.name = "Amazing Grace";
  await(this->store().users.create_with_profile(old, profile));
  const auto found = [&] {
    std::vector<std::string> by;
    for (const char* text : {"grace", "GRACE HOPPER", "rear.ADM", "amazing", "Hopper", "admiral", "user-0", "bap-0"}) {
      if (this->search(text) == Ids{"user-0"}) by.emplace_back(text);
    }
    return by;
  };
  EXPECT_EQ(found().size(), 8U);
  this->store_many_users(20'000);
  EXPECT_EQ(found(), (std::vector<std::string>{"grace", "GRACE HOPPER", "rear.ADM", "amazing", "user-0", "bap-0"}));
}

TYPED_TEST(Accounts, without_a_mail_address_are_searched_too) {
  User user = make_user("user-1");
  user.email.reset();
  user.pubkey.reset();
  await(this->store().users.create_with_profile(user, make_profile()));
  EXPECT_EQ(this->search("zo"), (Ids{"user-1"}));
  EXPECT_EQ(this->search("profile"), (Ids{"user-1"}));
}

TYPED_TEST(Accounts, live_sessions_of_all_are_listed_newest_first_in_pages) {
  for (const char* number : {"1", "2"}) this->make_account(number);
  await(this->store().sessions.create(make_session("s1", "user-1")));
  await(this->store().sessions.create(make_session("s3", "user-2")));
  await(this->store().sessions.create(make_session("s2", "user-1")));
  Session over = make_session("s4", "user-1");
  over.expires_at = kNow;
  await(this->store().sessions.create(over));
  EXPECT_EQ(await(this->accounts().list_sessions({.limit = 2, .after = {}}, kNow)),
            (std::vector{make_session("s3", "user-2"), make_session("s2", "user-1")}));
  EXPECT_EQ(await(this->accounts().list_sessions({.limit = 2, .after = "s2"}, kNow)),
            std::vector{make_session("s1", "user-1")});
}

TYPED_TEST(Accounts, switched_off_ends_sessions_and_all_tokens_and_tells_clients) {
  for (const char* number : {"1", "2"}) this->make_account(number);
  Client client = make_client();
  client.metadata["backchannel_logout_uri"] = "https://a.example/logout";
  await(this->store().clients.create(client));
  await(this->store().consents.remember({UserId{"user-1"}, client.id, BapId{"bap-1"}, {"openid"}, kNow, kNow}));
  this->grant("online", "user-1");
  this->grant("offline", "user-1", {"openid", "offline_access"});
  this->grant("other", "user-2");
  AuthorizationCode code = make_code("in flight");
  code.session_id = SessionId{"online"};
  await(this->store().tokens.create_code(code));

  EXPECT_TRUE(await(this->accounts().set_disabled(UserId{"user-1"}, true, after(5))));
  User expected = make_user();
  expected.disabled = true;
  expected.updated_at = after(5);
  EXPECT_EQ(await(this->store().users.find(UserId{"user-1"})), expected);
  EXPECT_TRUE(await(this->store().sessions.list(UserId{"user-1"}, kNow)).empty());
  EXPECT_FALSE(this->is_live("online"));
  EXPECT_FALSE(this->is_live("offline"));
  EXPECT_EQ(await(this->store().tokens.redeem_code(code.hash, kNow, {make_access("late"), {}})), Consumed::already);
  EXPECT_TRUE(this->is_live("other"));
  EXPECT_EQ(await(this->store().sessions.list(UserId{"user-2"}, kNow)).size(), 1u);
  EXPECT_EQ(await(this->store().logout_deliveries.claim(after(5), after(9), 10)).size(), 2u);
  EXPECT_EQ(await(this->store().consents.list(UserId{"user-1"})).size(), 1u);

  EXPECT_TRUE(await(this->accounts().set_disabled(UserId{"user-1"}, false, after(6))));
  EXPECT_FALSE(await(this->store().users.find(UserId{"user-1"}))->disabled);
  EXPECT_FALSE(this->is_live("offline")) << "switching on brings nothing back";
  EXPECT_FALSE(await(this->accounts().set_disabled(UserId{"unknown"}, true, kNow)));
}

TYPED_TEST(Accounts, removed_leave_nothing_but_the_word_to_clients) {
  for (const char* number : {"1", "2"}) this->make_account(number);
  Client client = make_client();
  client.metadata["backchannel_logout_uri"] = "https://a.example/logout";
  client.owner_bap_id = BapId{"bap-1"};
  await(this->store().clients.create(client));
  for (const char* number : {"1", "2"}) {
    const std::string user = std::string("user-") + number;
    this->grant(number, user, {"openid", "offline_access"});
    await(this->store().consents.remember({UserId{user}, client.id, {}, {"openid"}, kNow, kNow}));
    await(this->store().backups.add(BapId{std::string("bap-") + number}, "sealed", kNow, 5));
    DeviceCode device;
    device.hash = hash_of(user + "-device");
    device.user_code_hash = hash_of(user + "-code");
    device.client_id = client.id;
    device.created_at = kNow;
    device.expires_at = after(kHour);
    await(this->store().devices.create(device));
    await(this->store().devices.approve(device.user_code_hash, kNow,
                                        {GrantId{user}, UserId{user}, SessionId{number}, {}, {"openid"}, kNow}));
  }

  EXPECT_TRUE(await(this->accounts().remove(UserId{"user-1"}, after(5))));
  EXPECT_FALSE(await(this->accounts().remove(UserId{"user-1"}, after(6))));
  EXPECT_EQ(await(this->store().users.find(UserId{"user-1"})), std::nullopt);
  EXPECT_EQ(await(this->store().users.find_profile(BapId{"bap-1"})), std::nullopt);
  EXPECT_EQ(await(this->store().sessions.find(make_session("1").token_hash, kNow)), std::nullopt);
  EXPECT_EQ(await(this->store().tokens.find_access(make_access("1").hash)), std::nullopt);
  EXPECT_EQ(await(this->store().tokens.find_refresh(make_refresh("1").hash)), std::nullopt);
  EXPECT_EQ(await(this->store().tokens.find_code(make_code("1").hash)), std::nullopt);
  EXPECT_EQ(await(this->store().devices.find_by_user_code(hash_of("user-1-code"))), std::nullopt);
  EXPECT_TRUE(await(this->store().consents.list(UserId{"user-1"})).empty());
  EXPECT_TRUE(await(this->store().backups.list(BapId{"bap-1"})).empty());
  EXPECT_TRUE(await(this->store().clients.find(client.id))) << "others may use it";
  const auto told = await(this->store().logout_deliveries.claim(after(5), after(9), 10));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].user_id, UserId{"user-1"});

  EXPECT_TRUE(await(this->store().users.find(UserId{"user-2"})));
  EXPECT_TRUE(this->is_live("2"));
  EXPECT_EQ(await(this->store().consents.list(UserId{"user-2"})).size(), 1u);
  EXPECT_EQ(await(this->store().backups.list(BapId{"bap-2"})).size(), 1u);
  EXPECT_TRUE(await(this->store().devices.find_by_user_code(hash_of("user-2-code"))));
}

TYPED_TEST(Accounts, of_two_removals_at_once_one_is_told) {
  this->make_account("1");
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<bool>>> attempts;
  for (int i = 0; i < 6; ++i)
    attempts.push_back((i % 2 == 0 ? this->store() : other).accounts.remove(UserId{"user-1"}, kNow));
  int removed = 0;
  for (auto& result : run_all(std::move(attempts))) removed += must(std::move(result)) ? 1 : 0;
  EXPECT_EQ(removed, 1);
}

TYPED_TEST(Accounts, numbers_of_an_overview) {
  this->make_account("1");
  User old = make_user("user-0");
  old.created_at = after(-2 * kDay);
  await(this->store().users.create_with_profile(old, make_profile("bap-0", "user-0")));
  this->grant("1", "user-1");
  const auto counts = await(this->store().statistics.count_tables());
  const auto rows = [&](std::string_view table) {
    for (const TableCount& count : counts) {
      if (count.table == table) return count.rows;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(rows("users"), 2);
  EXPECT_EQ(rows("sessions"), 1);
  EXPECT_EQ(rows("access_tokens"), 1);
  EXPECT_EQ(rows("clients"), 0);
  EXPECT_EQ(await(this->store().statistics.count_since(after(-kDay))), (RecentActivity{1, 1, 1}));
}

}  // namespace
}  // namespace sigma::store::contract
