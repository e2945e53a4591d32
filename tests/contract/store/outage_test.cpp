// Full queues, dead connections, dead servers, other processes.
#include <sys/stat.h>

#include <thread>

#include "backend.hpp"
#include "samples.hpp"
#include "sigma/store_postgres/connector.hpp"
#include "sigma/store_sqlite/connector.hpp"

namespace sigma::store::contract {
namespace {

using core::Code;
using core::testing::run;

template <class Backend>
class Outage : public StoreContract<Backend> {};
TYPED_TEST_SUITE(Outage, Backends);

/// Keeps a database thread busy until it is opened.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::atomic<int> waiting{0};
};

template <class Condition>
void wait_until(Condition condition) {
  for (int i = 0; i < 5'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE(condition());
}

TYPED_TEST(Outage, full_queues_answer_overloaded_and_recover) {
  this->open({.read_workers = 1, .write_workers = 1, .max_queued_reads = 3, .max_queued_writes = 3, .max_batch = 2});
  Gate gate;
  const auto block = [&gate](sql::Connection&) -> Result<bool> {
    ++gate.waiting;
    gate.open.wait();
    return true;
  };
  core::testing::EventLoop loop;
  std::vector<std::future<Result<bool>>> accepted;
  const auto spawn = [&](Task<Result<bool>> task) {
    accepted.push_back(loop.start(std::move(task)));
    loop.poll();
  };
  spawn(this->database().read(block));
  spawn(this->database().write({}, block));
  wait_until([&] { return gate.waiting == 2; });
  for (int i = 0; i < 3; ++i) {
    spawn(this->database().read(block));
    spawn(this->database().write({}, block));
  }
  EXPECT_EQ(this->database().queued_reads(), 3u);
  EXPECT_EQ(this->database().queued_writes(), 3u);
  EXPECT_EQ(run(this->store().maintenance.ping()).error().code(), Code::overloaded);
  EXPECT_EQ(run(this->store().replay.first_use("k", kNow, after(1))).error().code(), Code::overloaded);

  gate.opened.set_value();
  loop.run();
  for (auto& result : accepted) EXPECT_TRUE(must(result.get()));
  EXPECT_TRUE(run(this->store().maintenance.ping()));
  EXPECT_TRUE(await(this->store().replay.first_use("k", kNow, after(1))));
}

TYPED_TEST(Outage, stop_finishes_what_was_accepted_and_refuses_the_rest) {
  this->open({.read_workers = 1, .write_workers = 1});
  std::vector<Task<Result<bool>>> uses;
  core::testing::EventLoop loop;
  std::vector<std::future<Result<bool>>> results;
  for (int i = 0; i < 100; ++i) {
    results.push_back(loop.start(this->store().replay.first_use(std::to_string(i), kNow, after(kDay))));
  }
  loop.poll();
  this->database().stop();
  loop.run();
  for (auto& result : results) EXPECT_TRUE(must(result.get()));
  EXPECT_EQ(run(this->store().replay.first_use("late", kNow, after(1))).error().code(), Code::overloaded);
  EXPECT_EQ(run(this->store().maintenance.ping()).error().code(), Code::overloaded);

  this->open();
  EXPECT_FALSE(await(this->store().replay.first_use("99", kNow, after(1)))) << "it was committed";
}

// One writer's error must not undo the others that share its transaction.
TYPED_TEST(Outage, failing_write_fails_alone) {
  this->open({.read_workers = 1, .write_workers = 1});
  Gate gate;
  core::testing::EventLoop loop;
  auto blocked = loop.start(this->database().write({}, [&gate](sql::Connection&) -> Result<bool> {
    ++gate.waiting;
    gate.open.wait();
    return true;
  }));
  loop.poll();
  wait_until([&] { return gate.waiting == 1; });

  await(this->store().users.find(UserId{"nobody"}));
  std::vector<std::future<Result<void>>> sessions;  // no such user: a foreign key is violated
  std::vector<std::future<Result<bool>>> uses;
  for (int i = 0; i < 10; ++i) {
    const std::string label = std::to_string(i);
    uses.push_back(loop.start(this->store().replay.first_use(label, kNow, after(kDay))));
    sessions.push_back(loop.start(this->store().sessions.create(make_session(label, "nobody"))));
  }
  loop.poll();
  gate.opened.set_value();
  loop.run();
  EXPECT_TRUE(must(blocked.get()));
  for (auto& use : uses) EXPECT_TRUE(must(use.get()));
  for (auto& session : sessions) EXPECT_EQ(session.get().error().code(), Code::conflict);
  EXPECT_FALSE(await(this->store().replay.first_use("3", kNow, after(1))));
}

class PostgresOutage : public StoreContract<PostgresBackend> {};

TEST_F(PostgresOutage, killed_idle_connections_are_replaced_unnoticed) {
  for (int round = 0; round < 3; ++round) {
    std::vector<Task<Result<void>>> pings;
    for (int i = 0; i < 16; ++i) pings.push_back(store().maintenance.ping());
    for (auto& ping : run_all(std::move(pings))) must(std::move(ping));
    EXPECT_TRUE(await(store().replay.first_use("before" + std::to_string(round), kNow, after(kDay))));
    EXPECT_GE(backend_.kill_connections(), 2u);
    EXPECT_TRUE(run(store().maintenance.ping()));
    EXPECT_TRUE(await(store().replay.first_use("after" + std::to_string(round), kNow, after(kDay))));
  }
}

TEST_F(PostgresOutage, read_whose_connection_is_killed_is_repeated) {
  std::atomic<int> runs{0};
  const auto read = [&](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kSelect("SELECT 1");
    if (++runs == 1) backend_.kill_connections();
    SIGMA_CHECK(connection.execute(kSelect, {}, [](const sql::Row&) {}));
    return true;
  };
  EXPECT_TRUE(await(database().read(read)));
  EXPECT_EQ(runs, 2);
}

TEST_F(PostgresOutage, transaction_whose_connection_is_killed_is_repeated) {
  std::atomic<int> runs{0};
  const auto write = [&](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kInsert("INSERT INTO used_keys (key, expires_at) VALUES ($1, 1)");
    SIGMA_CHECK(connection.execute(kInsert, sql::Params{sql::Blob{"twice?"}}, [](const sql::Row&) {}));
    if (++runs == 1) backend_.kill_connections();
    SIGMA_CHECK(connection.execute(kInsert, sql::Params{sql::Blob{"second"}}, [](const sql::Row&) {}));
    return true;
  };
  EXPECT_TRUE(await(database().write({}, write)));
  EXPECT_EQ(runs, 2);
}

// Killed after the statement, before COMMIT arrives: kept or not, nobody knows, so nobody is told "done".
TEST_F(PostgresOutage, commit_on_a_killed_connection_is_in_doubt) {
  std::atomic<int> runs{0};
  const auto write = [&](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kInsert("INSERT INTO used_keys (key, expires_at) VALUES ($1, 1)");
    SIGMA_CHECK(connection.execute(kInsert, sql::Params{sql::Blob{"doubtful"}}, [](const sql::Row&) {}));
    ++runs;
    backend_.kill_connections();
    return true;
  };
  const auto result = run(database().write({}, write));
  EXPECT_EQ(result.error().code(), Code::unavailable);
  EXPECT_NE(result.error().description().find("unknown"), std::string::npos);
  EXPECT_EQ(runs, 1) << "repeating it might do it twice";
  EXPECT_TRUE(await(store().replay.first_use("next", kNow, after(1))));
}

TEST_F(PostgresOutage, lone_statement_without_answer_is_in_doubt) {
  std::atomic<int> runs{0};
  const auto write = [&](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kInsert("INSERT INTO used_keys (key, expires_at) VALUES ($1, 1)");
    ++runs;
    backend_.kill_connections();
    SIGMA_CHECK(connection.execute(kInsert, sql::Params{sql::Blob{"lone"}}, [](const sql::Row&) {}));
    return true;
  };
  EXPECT_EQ(run(database().write({.single_statement = true}, write)).error().code(), Code::unavailable);
  EXPECT_EQ(runs, 1);
}

TEST_F(PostgresOutage, slow_statement_is_ended_by_the_server) {
  const auto result = run(database().read([](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kSleep("SELECT 1", "SELECT pg_sleep(60)");
    SIGMA_CHECK(connection.execute_script("SET statement_timeout = 50"));
    SIGMA_CHECK(connection.execute(kSleep, {}, [](const sql::Row&) {}));
    return true;
  }));
  EXPECT_EQ(result.error().code(), Code::unavailable);
}

// A server that has become a standby under an open connection: it has done nothing, so nothing is in doubt.
TEST_F(PostgresOutage, write_that_a_standby_refuses_is_repeated_on_another_connection) {
  std::atomic<int> runs{0};
  const auto write = [&](sql::Connection& connection) -> Result<bool> {
    static const sql::Query kInsert("INSERT INTO used_keys (key, expires_at) VALUES ($1, 1)");
    if (++runs == 1) SIGMA_CHECK(connection.execute_script("SET default_transaction_read_only = on"));
    SIGMA_CHECK(connection.execute(kInsert, sql::Params{sql::Blob{"moved"}}, [](const sql::Row&) {}));
    return true;
  };
  EXPECT_TRUE(await(database().write({.single_statement = true}, write)));
  EXPECT_EQ(runs, 2);
}

// Whoever waits for a row in vain is told so; those who wrote beside it are done.
TEST_F(PostgresOutage, locked_row_holds_up_nobody_else_and_is_not_waited_for_again) {
  this->open({.write_workers = 1});
  await(store().users.create_with_profile(make_user(), make_profile()));
  const auto holder = must(backend_.connector().open());
  must(holder->begin());
  must(holder->execute_script("SELECT * FROM users FOR UPDATE"));
  Gate gate;
  core::testing::EventLoop loop;
  auto blocked = loop.start(database().write({}, [&gate](sql::Connection& connection) -> Result<bool> {
    ++gate.waiting;
    gate.open.wait();
    SIGMA_CHECK(connection.execute_script("SET lock_timeout = 50"));
    return true;
  }));
  loop.poll();
  wait_until([&] { return gate.waiting == 1; });
  std::atomic<int> runs{0};
  std::vector<std::future<Result<bool>>> waiting, beside;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(loop.start(database().write({.key = "user-1"}, [&](sql::Connection& connection) -> Result<bool> {
      static const sql::Query kTouch("UPDATE users SET updated_at = updated_at + 1 WHERE id = 'user-1'");
      ++runs;
      SIGMA_CHECK(connection.execute(kTouch, {}, [](const sql::Row&) {}));
      return true;
    })));
    beside.push_back(loop.start(store().replay.first_use(std::to_string(i), kNow, after(kDay))));
  }
  loop.poll();
  gate.opened.set_value();
  loop.run();
  EXPECT_TRUE(must(blocked.get()));
  for (auto& write : waiting) EXPECT_EQ(write.get().error().code(), Code::unavailable);
  for (auto& use : beside) EXPECT_TRUE(must(use.get()));
  EXPECT_EQ(runs, 1) << "nobody waits for the same row once more";
  holder->rollback();
}

TEST_F(PostgresOutage, deadlocked_writers_both_succeed) {
  await(store().users.create_with_profile(make_user("user-1"), make_profile("bap-1", "user-1")));
  await(store().users.create_with_profile(make_user("user-2"), make_profile("bap-2", "user-2")));
  Database other(backend_.connector());
  std::atomic<int> first_locks{0};
  const auto lock_both = [&](std::string one, std::string two) {
    return [&first_locks, one = std::move(one), two = std::move(two)](sql::Connection& connection) -> Result<bool> {
      static const sql::Query kTouch("UPDATE users SET updated_at = updated_at + 1 WHERE id = $1");
      SIGMA_CHECK(connection.execute(kTouch, sql::Params{one}, [](const sql::Row&) {}));
      ++first_locks;
      for (int i = 0; i < 1'000 && first_locks < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      SIGMA_CHECK(connection.execute(kTouch, sql::Params{two}, [](const sql::Row&) {}));
      return true;
    };
  };
  std::vector<Task<Result<bool>>> writes;
  writes.push_back(database().write({}, lock_both("user-1", "user-2")));
  writes.push_back(other.write({}, lock_both("user-2", "user-1")));
  for (auto& result : run_all(std::move(writes))) EXPECT_TRUE(must(std::move(result)));
  EXPECT_EQ(await(store().users.find(UserId{"user-1"}))->updated_at, after(3));
}

TEST(Unreachable, postgres_is_unavailable) {
  Database database(store_postgres::make_connector("postgresql://nobody:secret-word@127.0.0.1:1/none"));
  Store store(database);
  for (const auto& error :
       {run(store.maintenance.ping()).error(), run(store.replay.first_use("k", kNow, after(1))).error()}) {
    EXPECT_EQ(error.code(), Code::unavailable);
    EXPECT_EQ(error.cause().find("secret-word"), std::string::npos) << error.cause();
  }
}

TEST(Unreachable, sqlite_is_unavailable) {
  Database database(store_sqlite::make_connector("/nonexistent/folder/sigma.db"));
  Store store(database);
  EXPECT_EQ(run(store.maintenance.ping()).error().code(), Code::unavailable);
  EXPECT_EQ(run(store.replay.first_use("k", kNow, after(1))).error().code(), Code::unavailable);
}

class SqliteFile : public StoreContract<SqliteBackend> {};

TEST_F(SqliteFile, is_readable_by_its_owner_only) {
  await(store().replay.first_use("k", kNow, after(1)));
  for (const auto& entry : std::filesystem::directory_iterator(backend_.folder())) {
    struct stat info{};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << entry.path();
  }
}

// The command line writes while the server runs.
TEST_F(SqliteFile, two_programs_write_in_turns) {
  Database cli(backend_.connector());
  Store other(cli);
  std::vector<Task<Result<bool>>> uses;
  for (int i = 0; i < 200; ++i) {
    uses.push_back((i % 2 == 0 ? store() : other).replay.first_use(std::to_string(i), kNow, after(kDay)));
  }
  for (auto& result : run_all(std::move(uses))) EXPECT_TRUE(must(std::move(result)));
}

TEST_F(SqliteFile, writer_that_never_ends_makes_others_unavailable) {
  const auto rude = must(backend_.connector().open());
  must(rude->begin());
  Database database(store_sqlite::make_connector((backend_.folder() / "sigma.db").string(),
                                                 {.busy_timeout = core::Milliseconds{30}}));
  Store other(database);
  EXPECT_EQ(run(other.replay.first_use("k", kNow, after(1))).error().code(), Code::unavailable);
  EXPECT_TRUE(run(other.maintenance.ping())) << "readers do not wait for writers";
  rude->rollback();
  EXPECT_TRUE(await(other.replay.first_use("k", kNow, after(1))));
}

}  // namespace
}  // namespace sigma::store::contract
