// The store on an event loop that reaches the database itself: what Postgres answers in one round trip.
#include "sigma/store/loop_connection.hpp"

#include <gmock/gmock.h>

#include <boost/asio/executor_work_guard.hpp>
#include <thread>

#include "backend.hpp"
#include "samples.hpp"
#include "sigma/store_postgres/connector.hpp"
#include "sigma/store_postgres/loop_connector.hpp"

namespace sigma::store::contract {
namespace {

using core::Code;
using namespace std::string_literals;

/// Whoever waits for a lock here waits until the test lets go.
const store_postgres::Options kPatient{.lock_timeout = std::chrono::minutes{1},
                                       .loop_lock_timeout = std::chrono::minutes{1}};

/// A schema of its own, a store, and a loop with connections that are up.
class Loop : public ::testing::Test {
 protected:
  Loop() {
    must(administrator()->execute_script("CREATE SCHEMA " + name_));
    core::testing::FixedClock clock;
    must(Migrator(store_postgres::make_connector(url_), clock).migrate());
    const LoopConnector connector = store_postgres::make_loop_connector(url_, kPatient, counts_);
    attach(loop_, database_, [&](boost::asio::io_context& loop, LoopUse use) {
      auto connection = connector(loop, use);
      connections_.push_back(connection.get());
      return connection;
    });
    wait_until([&] { return all_ready(); });
  }
  ~Loop() override {
    database_.stop();
    (void)administrator()->execute_script("DROP SCHEMA IF EXISTS " + name_ + " CASCADE");
  }

  static std::unique_ptr<sql::Connection> administrator() {
    return must(store_postgres::make_connector(std::getenv("SIGMA_TEST_POSTGRES_URL")).open());
  }
  template <class Condition>
  void wait_until(Condition condition) {
    bool met = false;
    for (int i = 0; i < 10'000 && !(met = condition()); ++i) loop_.run_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(met);
  }
  template <class T>
  std::future<T> spawn(Task<T> task) {
    return boost::asio::co_spawn(loop_, std::move(task), boost::asio::use_future);
  }
  template <class T>
  T run(Task<T> task) {
    auto future = spawn(std::move(task));
    wait_until([&] { return is_there(future); });
    return future.get();
  }
  template <class T>
  static bool is_there(const std::future<T>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  bool all_ready() const { return std::ranges::all_of(connections_, &LoopConnection::ready); }
  /// The threads of the database connect when they get their first job.
  std::size_t connections_of_threads() const { return opened_; }

  const std::string name_ = fmt::format("contract_loop_{}_{}", ::getpid(), next_++);
  const std::string url_ = fmt::format("{}?options=-csearch_path%3D{}&application_name={}",
                                       std::getenv("SIGMA_TEST_POSTGRES_URL"), name_, name_);
  std::atomic<std::size_t> opened_{0};
  Database database_{[this] {
    sql::Connector threads = store_postgres::make_connector(url_);
    threads.open = [this, open = threads.open] {
      ++opened_;
      return open();
    };
    return threads;
  }()};
  Store store_{database_};
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::vector<LoopConnection*> connections_;  ///< one for reads, then those for changes
  const std::shared_ptr<LoopCounts> counts_ = std::make_shared<LoopCounts>();

 private:
  static inline int next_ = 0;
};

TEST_F(Loop, a_code_lives_its_life_without_a_thread_of_the_database) {
  const AuthorizationCode code = make_code();
  must(run(store_.tokens.create_code(code)));
  EXPECT_EQ(must(run(store_.tokens.find_code(code.hash))), code);
  const IssuedTokens tokens{make_access(), make_refresh()};
  EXPECT_EQ(must(run(store_.tokens.redeem_code(code.hash, kNow, tokens))), Consumed::done);
  EXPECT_EQ(must(run(store_.tokens.redeem_code(code.hash, kNow, tokens))), Consumed::already);
  EXPECT_EQ(must(run(store_.tokens.redeem_code(hash_of("unknown"), kNow, tokens))), Consumed::not_found);
  EXPECT_EQ(must(run(store_.tokens.find_access(tokens.access.hash))), tokens.access);
  EXPECT_EQ(must(run(store_.tokens.find_refresh(tokens.refresh->hash))), *tokens.refresh);
  EXPECT_EQ(must(run(store_.tokens.find_access(hash_of("unknown")))), std::nullopt);
  EXPECT_EQ(connections_of_threads(), 0u);
  EXPECT_EQ(counts_->reads.connections, 1);
  EXPECT_EQ(counts_->writes.connections, 2);
  EXPECT_EQ(counts_->reads.waiting + counts_->writes.waiting, 0);
}

TEST_F(Loop, texts_and_bytes_of_every_kind_come_back) {
  Client client = make_client();
  client.name = "\x01 begins with a mark, \0 and \xff in it"s;
  EXPECT_TRUE(must(run(store_.clients.create(client))));
  EXPECT_EQ(must(run(store_.clients.find(client.id))), client);
  const std::string key("k\0'\\\xff", 5);
  EXPECT_TRUE(must(run(store_.replay.first_use(key, kNow, after(kMinute)))));
  EXPECT_FALSE(must(run(store_.replay.first_use(key, kNow, after(kMinute)))));
}

TEST_F(Loop, of_many_redemptions_at_once_one_succeeds) {
  const AuthorizationCode code = make_code();
  must(run(store_.tokens.create_code(code)));
  std::vector<std::future<Result<Consumed>>> all;
  for (int i = 0; i < 50; ++i) {
    const std::string label = std::to_string(i);
    all.push_back(spawn(store_.tokens.redeem_code(code.hash, kNow, {make_access(label), make_refresh(label)})));
  }
  wait_until([&] { return std::all_of(all.begin(), all.end(), [](const auto& one) { return is_there(one); }); });
  const auto done = std::count_if(all.begin(), all.end(), [](auto& one) { return must(one.get()) == Consumed::done; });
  EXPECT_EQ(done, 1);
}

TEST_F(Loop, a_change_does_not_wait_for_one_that_waits) {
  const AuthorizationCode code = make_code();
  must(run(store_.tokens.create_code(code)));
  auto blocker = administrator();
  must(blocker->execute_script("SET search_path = " + name_));
  must(blocker->begin());
  must(blocker->execute_script("SELECT * FROM grants FOR UPDATE"));
  auto redeemed = spawn(store_.tokens.redeem_code(code.hash, kNow, {make_access(), make_refresh()}));
  wait_until([&] {
    return std::ranges::any_of(connections_, [](const auto* each) { return each->busy_since().has_value(); });
  });
  must(run(store_.tokens.create_code(make_code("beside"))));
  EXPECT_FALSE(is_there(redeemed));
  blocker->rollback();
  wait_until([&] { return is_there(redeemed); });
  EXPECT_EQ(must(redeemed.get()), Consumed::done);
  EXPECT_EQ(connections_of_threads(), 0u);
}

TEST_F(Loop, what_fails_takes_nobody_along) {
  AuthorizationCode code = make_code("taken"), other = make_code("other");
  must(run(store_.tokens.create_code(code)));
  auto again = spawn(store_.tokens.create_code(code));  // its hash is taken: the whole batch is rolled back
  auto beside = spawn(store_.tokens.create_code(other));
  wait_until([&] { return is_there(again) && is_there(beside); });
  EXPECT_EQ(again.get().error().code(), Code::conflict);
  EXPECT_TRUE(beside.get());
  EXPECT_EQ(must(run(store_.tokens.find_code(other.hash))), other);
}

TEST_F(Loop, a_connection_that_is_killed_is_made_again_and_meanwhile_the_threads_answer) {
  static const sql::Query kKill(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1");
  const AuthorizationCode code = make_code();
  must(run(store_.tokens.create_code(code)));
  must(administrator()->execute(kKill, sql::Params{name_}, [](const sql::Row&) {}));
  wait_until([&] { return std::ranges::none_of(connections_, &LoopConnection::ready); });
  EXPECT_EQ(counts_->reads.connections + counts_->writes.connections, 0);
  EXPECT_EQ(must(run(store_.tokens.find_code(code.hash))), code);
  must(run(store_.tokens.create_code(make_code("meanwhile"))));
  EXPECT_GT(connections_of_threads(), 0u);
  wait_until([&] { return all_ready(); });
  EXPECT_EQ(must(run(store_.tokens.find_code(code.hash))), code);
}

TEST_F(Loop, a_consented_code_needs_no_thread_of_the_database) {
  must(run(store_.users.create_with_profile(make_user(), make_profile())));
  must(run(store_.clients.create(make_client())));
  const AuthorizationCode code = make_code();
  const auto threads = connections_of_threads();
  EXPECT_FALSE(must(run(store_.tokens.create_consented_code(code, {"openid"}))));
  EXPECT_EQ(connections_of_threads(), threads);
  must(run(store_.consents.remember({code.user_id, code.client_id, code.bap_id, {"openid"}, kNow, kNow})));
  const auto before = connections_of_threads();
  EXPECT_TRUE(must(run(store_.tokens.create_consented_code(code, {"openid"}))));
  EXPECT_EQ(must(run(store_.tokens.find_code(code.hash))), code);
  EXPECT_EQ(connections_of_threads(), before);
}

TEST_F(Loop, a_change_whose_connection_dies_while_it_waits_is_in_doubt) {
  auto blocker = administrator();
  must(blocker->execute_script("SET search_path = " + name_));
  const AuthorizationCode code = make_code();
  must(run(store_.tokens.create_code(code)));
  must(blocker->begin());
  must(blocker->execute_script("SELECT * FROM grants FOR UPDATE"));
  auto redeemed = spawn(store_.tokens.redeem_code(code.hash, kNow, {make_access(), make_refresh()}));
  static const sql::Query kKillWaiting(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = "
      "'Lock'");
  auto killer = administrator();
  wait_until([&] { return counts_->writes.waiting == 1; });
  wait_until([&] {
    return must(killer->execute(kKillWaiting, sql::Params{name_}, [](const sql::Row&) {})) > 0 || is_there(redeemed);
  });
  wait_until([&] { return is_there(redeemed); });
  blocker->rollback();
  EXPECT_EQ(counts_->writes.waiting, 0);
  const auto outcome = redeemed.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code(), Code::unavailable);
  EXPECT_THAT(outcome.error().description(), ::testing::HasSubstr("unknown"));
}

}  // namespace
}  // namespace sigma::store::contract
