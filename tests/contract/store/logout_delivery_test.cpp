// The end of a session is queued for its clients, and each entry is taken by one worker at a time.
#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class LogoutDeliveries : public StoreContract<Backend> {
 protected:
  LogoutDeliveries() {
    await(this->store().users.create_with_profile(make_user(), make_profile()));
    make_listening_client("listens");
    await(this->store().clients.create(make_client("deaf")));
  }
  LogoutDeliveryStore& queue() { return this->store().logout_deliveries; }

  void make_listening_client(const std::string& id) {
    Client client = make_client(id);
    client.metadata["backchannel_logout_uri"] = "https://" + id + ".example/logout";
    await(this->store().clients.create(client));
  }
  /// An authorization of `client` in `session`.
  void authorize(const std::string& label, const std::string& session, const std::string& client) {
    AuthorizationCode code = make_code(label);
    code.session_id = SessionId{session};
    code.client_id = ClientId{client};
    await(this->store().tokens.create_code(code));
    AccessToken access = make_access(label, label);
    access.session_id = code.session_id;
    access.client_id = code.client_id;
    await(this->store().tokens.redeem_code(code.hash, kNow, {access, {}}));
  }
  /// A session of the listening client's, ended.
  void end_session(const std::string& id, const std::string& client = "listens") {
    await(this->store().sessions.create(make_session(id)));
    authorize(id, id, client);
    await(this->store().sessions.remove(SessionId{id}, kNow));
  }
  std::vector<LogoutDelivery> claim(std::int64_t at, std::size_t limit = 100) {
    return await(queue().claim(after(at), after(at + kMinute), limit));
  }
};
TYPED_TEST_SUITE(LogoutDeliveries, Backends);

TYPED_TEST(LogoutDeliveries, end_of_a_session_is_queued_once_for_each_client_that_listens) {
  await(this->store().sessions.create(make_session("session-1")));
  await(this->store().sessions.create(make_session("session-2")));
  this->make_listening_client("elsewhere");
  this->authorize("1", "session-1", "listens");
  this->authorize("2", "session-1", "listens");
  this->authorize("3", "session-1", "deaf");
  this->authorize("4", "session-2", "elsewhere");
  EXPECT_TRUE(this->claim(0).empty());

  EXPECT_TRUE(await(this->store().sessions.remove(SessionId{"session-1"}, kNow)));
  EXPECT_FALSE(await(this->store().sessions.remove(SessionId{"session-1"}, kNow)));
  LogoutDelivery expected{SessionId{"session-1"}, ClientId{"listens"}, UserId{"user-1"}, 1, after(kMinute), kNow};
  EXPECT_EQ(this->claim(0), std::vector{expected});
}

TYPED_TEST(LogoutDeliveries, claimed_entry_comes_back_when_its_worker_does_not) {
  this->end_session("session-1");
  EXPECT_EQ(this->claim(0).size(), 1u);
  EXPECT_TRUE(this->claim(kMinute - 1).empty()) << "leased";
  const auto again = this->claim(kMinute);
  ASSERT_EQ(again.size(), 1u) << "the worker is gone: its lease is over";
  EXPECT_EQ(again.front().attempts, 2);
}

TYPED_TEST(LogoutDeliveries, postponed_entry_waits_and_removed_one_is_gone) {
  this->end_session("session-1");
  const auto claimed = this->claim(0);
  await(this->queue().postpone(claimed.front(), after(kHour)));
  EXPECT_TRUE(this->claim(kHour - 1).empty());
  const auto again = this->claim(kHour);
  ASSERT_EQ(again.size(), 1u);
  await(this->queue().postpone(claimed.front(), after(kHour)));
  EXPECT_TRUE(this->claim(kHour).empty()) << "who lost the lease cannot move it";
  await(this->queue().remove(again.front()));
  EXPECT_TRUE(this->claim(kDay).empty());
}

TYPED_TEST(LogoutDeliveries, two_replicas_never_take_the_same_entry) {
  for (int i = 0; i < 40; ++i) this->end_session("session-" + std::to_string(i));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<std::vector<LogoutDelivery>>>> claims;
  for (int i = 0; i < 20; ++i) {
    claims.push_back((i % 2 == 0 ? this->store() : other).logout_deliveries.claim(kNow, after(kMinute), 3));
  }
  std::vector<SessionId> taken;
  for (auto& result : run_all(std::move(claims))) {
    for (const LogoutDelivery& delivery : must(std::move(result))) taken.push_back(delivery.session_id);
  }
  for (const LogoutDelivery& delivery : this->claim(0)) taken.push_back(delivery.session_id);  // skipped under way
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken.size(), 40u);
  EXPECT_EQ(std::adjacent_find(taken.begin(), taken.end()), taken.end());
}

// Case 49: a client whose receiver hangs must not keep the others waiting.
TYPED_TEST(LogoutDeliveries, clients_take_turns) {
  this->make_listening_client("quiet");
  for (int i = 0; i < 20; ++i) this->end_session("session-" + std::to_string(i));
  this->end_session("session-last", "quiet");
  const auto claimed = this->claim(0, 2);
  ASSERT_EQ(claimed.size(), 2u);
  EXPECT_TRUE(claimed[0].client_id == ClientId{"quiet"} || claimed[1].client_id == ClientId{"quiet"});
}

TYPED_TEST(LogoutDeliveries, queue_of_a_client_is_bounded) {
  await(this->database().write({}, [](sql::Connection& connection) {
    return connection.execute_script(
        "INSERT INTO logout_deliveries (session_id, client_id, user_id, attempts, next_attempt_at, created_at, "
        "expires_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
        "SELECT 'old-' || i, 'listens', 'user-1', 0, 0, 0, 9000000000000 FROM n");
  }));
  this->make_listening_client("quiet");
  this->end_session("session-1");
  this->end_session("session-2", "quiet");
  const auto claimed = this->claim(0, 20'000);
  EXPECT_EQ(claimed.size(), 10'001u);
  EXPECT_TRUE(std::ranges::none_of(claimed, [](const auto& d) { return d.session_id == SessionId{"session-1"}; }));
}

TYPED_TEST(LogoutDeliveries, sessions_that_end_together_are_all_queued_within_the_bound) {
  this->make_listening_client("quiet");
  for (int i = 0; i < 5; ++i) {
    const std::string id = "session-" + std::to_string(i);
    await(this->store().sessions.create(make_session(id)));
    this->authorize(id, id, "listens");
    this->authorize(id + "-quiet", id, "quiet");
    this->authorize(id + "-deaf", id, "deaf");
  }
  await(this->database().write({}, [](sql::Connection& connection) {
    return connection.execute_script(
        "INSERT INTO logout_deliveries (session_id, client_id, user_id, attempts, next_attempt_at, created_at, "
        "expires_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998) "
        "SELECT 'old-' || i, 'listens', 'user-1', 0, 9000000000000, 0, 9000000000000 FROM n");
  }));
  EXPECT_EQ(await(this->store().sessions.remove_all(UserId{"user-1"}, {}, kNow)), 5U);
  std::map<std::string, int> queued;
  for (const LogoutDelivery& delivery : this->claim(0)) ++queued[delivery.client_id.str()];
  EXPECT_EQ(queued, (std::map<std::string, int>{{"listens", 2}, {"quiet", 5}}));
}

TYPED_TEST(LogoutDeliveries, entries_that_nobody_could_deliver_go_after_a_day) {
  this->end_session("session-1");
  await(this->store().maintenance.remove_expired(after(kDay - 1), 100));
  EXPECT_EQ(this->claim(0).size(), 1u);
  await(this->store().maintenance.remove_expired(after(kDay), 100));
  EXPECT_TRUE(this->claim(2 * kDay).empty());
}

// A session lives for weeks, a grant without refresh token for a day: the client is told all the same.
TYPED_TEST(LogoutDeliveries, session_outlives_its_grants) {
  Session session = make_session("session-1");
  session.expires_at = after(30 * kDay);
  await(this->store().sessions.create(session));
  this->authorize("1", "session-1", "listens");
  this->authorize("2", "session-1", "deaf");
  await(this->store().maintenance.remove_expired(after(10 * kDay), 100));
  ASSERT_FALSE(await(this->store().tokens.find_code(make_code("1").hash))) << "the grant is gone";
  await(this->store().sessions.remove(SessionId{"session-1"}, after(10 * kDay)));
  const auto claimed = this->claim(10 * kDay);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed.front().client_id, ClientId{"listens"});
}

}  // namespace
}  // namespace sigma::store::contract
