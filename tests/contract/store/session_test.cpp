#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Sessions : public StoreContract<Backend> {
 protected:
  Sessions() {
    for (const char* user : {"user-1", "user-2"}) {
      await(this->store().users.create_with_profile(make_user(user), make_profile(user, user)));
    }
  }
  SessionStore& sessions() { return this->store().sessions; }
  /// A grant of session-1 with an access token, by label.
  void grant(const std::string& label, const std::string& session, std::vector<std::string> scopes) {
    AuthorizationCode code = make_code(label);
    code.session_id = SessionId{session};
    code.scopes = std::move(scopes);
    await(this->store().tokens.create_code(code));
    AccessToken access = make_access(label, label);
    access.session_id = SessionId{session};
    await(this->store().tokens.redeem_code(code.hash, kNow, {access, {}}));
  }
  bool is_live(const std::string& label) {
    return !await(this->store().tokens.find_access(make_access(label).hash))->revoked_at;
  }
};
TYPED_TEST_SUITE(Sessions, Backends);

TYPED_TEST(Sessions, come_back_with_their_user) {
  await(this->sessions().create(make_session()));
  const auto by_token = await(this->sessions().find(make_session().token_hash, kNow));
  ASSERT_TRUE(by_token);
  EXPECT_EQ(by_token->session, make_session());
  EXPECT_EQ(by_token->user, make_user());
  EXPECT_EQ(await(this->sessions().find(hash_of("unknown"), kNow)), std::nullopt);
}

TYPED_TEST(Sessions, end_at_their_expiry) {
  await(this->sessions().create(make_session()));
  EXPECT_TRUE(await(this->sessions().find(make_session().token_hash, after(kDay - 1))));
  EXPECT_FALSE(await(this->sessions().find(make_session().token_hash, after(kDay))));
  EXPECT_TRUE(await(this->sessions().list(UserId{"user-1"}, after(kDay))).empty());
  EXPECT_FALSE(await(this->sessions().renew(SessionId{"session-1"}, after(kDay), after(2 * kDay))))
      << "no resurrection";
}

TYPED_TEST(Sessions, of_a_disabled_user_are_returned) {
  await(this->sessions().create(make_session()));
  await(this->database().write({}, [](sql::Connection& connection) -> core::Result<bool> {
    SIGMA_CHECK(connection.execute_script("UPDATE users SET disabled = TRUE"));
    return true;
  }));
  EXPECT_TRUE(await(this->sessions().find(make_session().token_hash, kNow))->user.disabled);
}

TYPED_TEST(Sessions, renewal_moves_the_expiry) {
  await(this->sessions().create(make_session()));
  EXPECT_TRUE(await(this->sessions().renew(SessionId{"session-1"}, after(9), after(3 * kDay))));
  Session expected = make_session();
  expected.updated_at = after(9);
  expected.expires_at = after(3 * kDay);
  EXPECT_EQ(await(this->sessions().find(expected.token_hash, after(2 * kDay)))->session, expected);
  EXPECT_FALSE(await(this->sessions().renew(SessionId{"unknown"}, kNow, after(kDay))));
}

TYPED_TEST(Sessions, active_identity_is_set_and_unset) {
  await(this->sessions().create(make_session()));
  EXPECT_TRUE(
      await(this->sessions().set_active_identity(SessionId{"session-1"}, BapId{"bap-9"}, after(9), after(kDay))));
  EXPECT_EQ(await(this->sessions().find(make_session("session-1").token_hash, kNow))->session.active_bap_id,
            BapId{"bap-9"});
  EXPECT_TRUE(await(this->sessions().set_active_identity(SessionId{"session-1"}, {}, after(10), after(2 * kDay))));
  const auto found = await(this->sessions().find(make_session("session-1").token_hash, kNow));
  EXPECT_EQ(found->session.active_bap_id, std::nullopt);
  EXPECT_EQ(found->session.updated_at, after(10));
  EXPECT_EQ(found->session.expires_at, after(2 * kDay));
  EXPECT_FALSE(await(this->sessions().set_active_identity(SessionId{"unknown"}, {}, kNow, after(kDay))));
}

TYPED_TEST(Sessions, list_holds_the_users_own) {
  await(this->sessions().create(make_session("session-1", "user-1")));
  Session older = make_session("session-2", "user-1");
  older.created_at = after(-5);
  older.active_bap_id.reset();
  await(this->sessions().create(older));
  await(this->sessions().create(make_session("session-3", "user-2")));
  EXPECT_EQ(await(this->sessions().list(UserId{"user-1"}, kNow)),
            (std::vector{older, make_session("session-1", "user-1")}));
}

TYPED_TEST(Sessions, removal_revokes_tokens_unless_offline_access_was_granted) {
  await(this->sessions().create(make_session("session-1")));
  await(this->sessions().create(make_session("session-2")));
  this->grant("online", "session-1", {"openid"});
  this->grant("offline", "session-1", {"openid", "offline_access"});
  this->grant("lookalike", "session-1", {"openid", "not_offline_access"});
  this->grant("other", "session-2", {"openid"});

  EXPECT_TRUE(await(this->sessions().remove(SessionId{"session-1"}, after(5))));
  EXPECT_FALSE(await(this->sessions().remove(SessionId{"session-1"}, after(6))));
  EXPECT_FALSE(await(this->sessions().find(make_session("session-1").token_hash, kNow)));
  EXPECT_TRUE(await(this->sessions().find(make_session("session-2").token_hash, kNow)));
  EXPECT_FALSE(this->is_live("online"));
  EXPECT_FALSE(this->is_live("lookalike"));
  EXPECT_TRUE(this->is_live("offline"));
  EXPECT_TRUE(this->is_live("other"));
  EXPECT_EQ(await(this->store().tokens.find_access(make_access("online").hash))->revoked_at, after(5));
}

// A code that was issued before and comes after the sign-out must not bring a live token.
TYPED_TEST(Sessions, removal_spends_codes_in_flight) {
  await(this->sessions().create(make_session()));
  await(this->store().tokens.create_code(make_code()));
  await(this->sessions().remove(SessionId{"session-1"}, kNow));
  EXPECT_EQ(await(this->store().tokens.redeem_code(make_code().hash, kNow, {make_access(), {}})), Consumed::already);
}

TYPED_TEST(Sessions, removal_revokes_tokens_stored_without_a_code) {
  await(this->sessions().create(make_session()));
  await(this->store().tokens.create_access(make_access("direct", "direct")));
  await(this->sessions().remove(SessionId{"session-1"}, kNow));
  EXPECT_FALSE(this->is_live("direct"));
}

TYPED_TEST(Sessions, all_of_a_user_end_at_once) {
  for (const char* id : {"session-1", "session-2", "session-3"}) {
    await(this->sessions().create(make_session(id)));
    this->grant(id, id, {"openid"});
  }
  this->grant("offline", "session-1", {"openid", "offline_access"});
  await(this->sessions().create(make_session("theirs", "user-2")));
  this->grant("theirs", "theirs", {"openid"});
  EXPECT_EQ(await(this->sessions().remove_all(UserId{"user-1"}, SessionId{"session-2"}, after(5))), 2U);
  EXPECT_EQ(await(this->sessions().list(UserId{"user-1"}, kNow)), std::vector{make_session("session-2")});
  EXPECT_FALSE(this->is_live("session-1"));
  EXPECT_TRUE(this->is_live("session-2"));
  EXPECT_FALSE(this->is_live("session-3"));
  EXPECT_TRUE(this->is_live("offline"));
  EXPECT_EQ(await(this->sessions().remove_all(UserId{"user-1"}, {}, after(6))), 1U);
  EXPECT_FALSE(this->is_live("session-2"));
  EXPECT_EQ(await(this->sessions().remove_all(UserId{"user-1"}, {}, after(7))), 0U);
  EXPECT_EQ(await(this->sessions().remove_all(UserId{"nobody"}, {}, kNow)), std::nullopt);
  EXPECT_EQ(await(this->sessions().list(UserId{"user-2"}, kNow)).size(), 1U);
  EXPECT_TRUE(this->is_live("theirs"));
}

TYPED_TEST(Sessions, are_ended_by_their_own_user_under_id_or_secret) {
  for (const char* id : {"session-1", "session-2", "session-3"}) {
    await(this->sessions().create(make_session(id)));
    this->grant(id, id, {"openid"});
  }
  const auto end = [&](const char* user, const char* id, const char* secret) {
    return await(this->sessions().remove_own(UserId{user}, SessionId{id}, hash_of(secret), after(5)));
  };
  EXPECT_FALSE(end("user-2", "session-1", "session-1"));
  EXPECT_FALSE(end("user-1", "unknown", "unknown"));
  EXPECT_TRUE(end("user-1", "session-1", "unknown"));
  EXPECT_TRUE(end("user-1", "unknown", "session-3"));
  EXPECT_EQ(await(this->sessions().list(UserId{"user-1"}, kNow)), std::vector{make_session("session-2")});
  EXPECT_FALSE(this->is_live("session-1"));
  EXPECT_TRUE(this->is_live("session-2"));
  EXPECT_FALSE(this->is_live("session-3"));
}

TYPED_TEST(Sessions, of_one_user_are_bounded_and_the_one_that_would_end_first_goes) {
  const auto numbered = [](std::int64_t number, const char* user = "user-1") {
    Session session = make_session(fmt::format("s-{:03}", number), user);
    session.expires_at = after(kDay + number);
    return session;
  };
  std::vector<Task<Result<void>>> creations;
  for (std::int64_t i = 0; i < SessionStore::kMaxPerUser; ++i)
    creations.push_back(this->sessions().create(numbered(i)));
  for (auto& result : run_all(std::move(creations))) must(std::move(result));
  await(this->sessions().create(numbered(900, "user-2")));
  this->grant("first", "s-000", {"openid"});
  this->grant("second", "s-001", {"openid"});
  EXPECT_EQ(await(this->sessions().list(UserId{"user-1"}, kNow)).size(), 200U);

  await(this->sessions().create(numbered(200)));
  EXPECT_EQ(await(this->sessions().list(UserId{"user-1"}, kNow)).size(), 200U);
  EXPECT_FALSE(await(this->sessions().find(numbered(0).token_hash, kNow)));
  EXPECT_FALSE(this->is_live("first")) << "as after a sign-out";
  EXPECT_TRUE(this->is_live("second"));
  EXPECT_TRUE(await(this->sessions().renew(SessionId{"s-001"}, kNow, after(2 * kDay))));
  await(this->sessions().create(numbered(201)));
  EXPECT_TRUE(await(this->sessions().find(numbered(1).token_hash, kNow))) << "one that is used stays";
  EXPECT_FALSE(await(this->sessions().find(numbered(2).token_hash, kNow)));
  EXPECT_TRUE(await(this->sessions().find(numbered(900).token_hash, kNow))) << "somebody else's";
}

// From before the limit: they are neither all read nor all ended in one go.
TYPED_TEST(Sessions, far_beyond_the_limit_go_step_by_step) {
  await(this->database().write({}, [](sql::Connection& connection) {
    return connection.execute_script(fmt::format(
        "INSERT INTO sessions (id, token_hash, user_id, auth_time, ip_address, user_agent, created_at, updated_at, "
        "expires_at) WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 399) "
        "SELECT 'many-' || i, CAST('hash-' || i AS {}), 'user-1', 0, '', '', i, i, 9000000000000 + i FROM n",
        connection.dialect() == sql::Dialect::sqlite ? "BLOB" : "bytea"));
  }));
  const auto count = [&] {
    for (const TableCount& table : await(this->store().statistics.count_tables())) {
      if (table.table == "sessions") return table.rows;
    }
    return std::int64_t{0};
  };
  const auto listed = await(this->sessions().list(UserId{"user-1"}, kNow));
  ASSERT_EQ(listed.size(), 200U);
  EXPECT_EQ(listed.front().id, SessionId{"many-200"}) << "those that live longest, the oldest first";
  EXPECT_EQ(count(), 300);
  await(this->sessions().create(make_session()));
  EXPECT_EQ(count(), 300 - 8 + 1);
  EXPECT_EQ(await(this->sessions().remove_all(UserId{"user-1"}, {}, kNow)), 293U);
}

TYPED_TEST(Sessions, hostile_texts_come_back_unchanged) {
  int number = 0;
  for (const std::string& text : hostile_texts()) {
    Session session = make_session("s" + std::to_string(number++));
    session.user_agent = session.ip_address = text;
    await(this->sessions().create(session));
    EXPECT_EQ(await(this->sessions().find(session.token_hash, kNow))->session, session);
  }
}

TYPED_TEST(Sessions, a_new_secret_ends_the_old_one_and_keeps_the_tokens) {
  await(this->sessions().create(make_session()));
  this->grant("online", "session-1", {"openid"});
  Session renewed = make_session();
  renewed.token_hash = hash_of("renewed");
  renewed.active_bap_id = BapId{"bap-2"};
  renewed.auth_time = renewed.updated_at = after(kHour);
  renewed.ip_address = "192.0.2.1";
  renewed.user_agent = "curl";
  renewed.expires_at = after(2 * kDay);
  EXPECT_TRUE(await(this->sessions().replace_secret(renewed, make_session().token_hash)));
  EXPECT_EQ(await(this->sessions().find(make_session().token_hash, kNow)), std::nullopt);
  EXPECT_EQ(await(this->sessions().find(renewed.token_hash, kNow))->session, renewed);
  EXPECT_TRUE(this->is_live("online"));
}

TYPED_TEST(Sessions, of_two_new_secrets_at_once_one_wins) {
  await(this->sessions().create(make_session()));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<bool>>> attempts;
  for (int i = 0; i < 20; ++i) {
    Session renewed = make_session();
    renewed.token_hash = hash_of("renewed" + std::to_string(i));
    attempts.push_back(
        (i % 2 == 0 ? this->store() : other).sessions.replace_secret(renewed, make_session().token_hash));
  }
  int replaced = 0;
  for (auto& result : run_all(std::move(attempts))) replaced += must(std::move(result)) ? 1 : 0;
  EXPECT_EQ(replaced, 1);
}

}  // namespace
}  // namespace sigma::store::contract
