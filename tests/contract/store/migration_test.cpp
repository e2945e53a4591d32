#include <thread>

#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Migrations : public ::testing::Test {
 protected:
  /// The connector with another list of migrations.
  sql::Connector with(std::vector<sql::Migration> migrations) {
    lists_.push_back(std::make_unique<std::vector<sql::Migration>>(std::move(migrations)));
    sql::Connector connector = backend_.connector();
    connector.migrations = *lists_.back();
    return connector;
  }
  Result<std::vector<MigrationState>> migrate(sql::Connector connector) {
    return Migrator(std::move(connector), clock_).migrate();
  }
  Result<std::vector<MigrationState>> status(sql::Connector connector) {
    return Migrator(std::move(connector), clock_).status();
  }
  bool has_table(const std::string& name) {
    const sql::Query query("SELECT 1 FROM " + name);
    return must(backend_.connector().open())->execute(query, {}, [](const sql::Row&) {}).has_value();
  }

  Backend backend_;
  core::testing::FixedClock clock_;

 private:
  std::vector<std::unique_ptr<std::vector<sql::Migration>>> lists_;
};
TYPED_TEST_SUITE(Migrations, Backends);

constexpr sql::Migration kFirst{1, "first",
                                "CREATE TABLE one (a bigint NOT NULL);\nINSERT INTO one VALUES (1); -- ; '"};
constexpr sql::Migration kSecond{2, "second", "CREATE TABLE two (a bigint NOT NULL);"};
constexpr sql::Migration kBroken{2, "broken", "CREATE TABLE half (a bigint NOT NULL); INSERT INTO nowhere VALUES (1);"};
constexpr sql::Migration kGentle{
    2, "gentle", "-- A column that older programs do not miss.\n-- oldest-program: 1\nCREATE TABLE two (a bigint);"};

TYPED_TEST(Migrations, status_of_an_empty_database) {
  const auto states = must(this->status(this->with({kFirst, kSecond})));
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].version, 1);
  EXPECT_EQ(states[0].name, "first");
  EXPECT_FALSE(states[0].applied_at);
  EXPECT_FALSE(this->has_table("schema_migration")) << "asking changes nothing";
}

TYPED_TEST(Migrations, apply_once_and_in_order) {
  const auto news = must(this->migrate(this->with({kFirst})));
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].name, "first");
  EXPECT_EQ(news[0].applied_at, this->clock_.now());
  EXPECT_TRUE(must(this->migrate(this->with({kFirst}))).empty());

  this->clock_.advance(core::Milliseconds{7});
  EXPECT_FALSE(must(this->status(this->with({kFirst, kSecond})))[1].applied_at);
  EXPECT_EQ(must(this->migrate(this->with({kFirst, kSecond}))).size(), 1u);
  EXPECT_EQ(must(this->status(this->with({kFirst, kSecond})))[1].applied_at, this->clock_.now());
  EXPECT_TRUE(this->has_table("two"));
}

TYPED_TEST(Migrations, failed_migration_leaves_nothing) {
  const auto result = this->migrate(this->with({kFirst, kBroken}));
  ASSERT_FALSE(result);
  EXPECT_TRUE(this->has_table("one"));
  EXPECT_FALSE(this->has_table("half"));
  EXPECT_EQ(must(this->migrate(this->with({kFirst, kSecond}))).size(), 1u);
}

TYPED_TEST(Migrations, newer_database_is_refused) {
  must(this->migrate(this->with({kFirst, kSecond})));
  for (const auto& result : {this->migrate(this->with({kFirst})), this->status(this->with({kFirst}))}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), core::Code::conflict);
    EXPECT_NE(result.error().description().find("0002_second"), std::string::npos) << result.error().description();
  }
}

TYPED_TEST(Migrations, newer_database_that_tolerates_this_program_is_accepted) {
  must(this->migrate(this->with({kFirst, kGentle})));
  EXPECT_TRUE(must(this->migrate(this->with({kFirst}))).empty());
  const auto states = must(this->status(this->with({kFirst})));
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[1].name, "gentle");
  EXPECT_FALSE(this->status(this->with({}))) << "a program before version 1";
}

TYPED_TEST(Migrations, edited_migration_is_refused) {
  must(this->migrate(this->with({kFirst})));
  sql::Migration edited = kFirst;
  edited.text = "CREATE TABLE one (a bigint NOT NULL, b bigint);";
  const auto result = this->migrate(this->with({edited, kSecond}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), core::Code::conflict);
  EXPECT_NE(result.error().description().find("0001_first"), std::string::npos);
  EXPECT_FALSE(this->has_table("two"));
}

TYPED_TEST(Migrations, replicas_that_start_at_once_apply_each_once) {
  std::atomic<std::size_t> applied{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> replicas;
  for (int i = 0; i < 8; ++i) {
    replicas.emplace_back([&] {
      const auto news = Migrator(this->backend_.connector(), this->clock_).migrate();
      if (news) applied += news->size();
      if (!news) ++failures;
    });
  }
  for (auto& replica : replicas) replica.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(applied, this->backend_.connector().migrations.size());
}

// A server that runs while its tables change: who waits for a lock holds up everybody behind.
class PostgresMigrations : public Migrations<PostgresBackend> {
 protected:
  PostgresMigrations() {
    must(migrate(with({kFirst})));
    must(reader_->begin());
    must(reader_->execute_script("SELECT a FROM one"));  // keeps its lock until the transaction ends
  }
  Result<std::vector<MigrationState>> migrate_patiently(int tries) {
    const MigrationPatience patience{
        .lock_timeout = core::Milliseconds{20}, .pause = core::Milliseconds{1}, .tries = tries};
    return Migrator(with({kFirst, kWidening}), clock_, patience).migrate();
  }
  static constexpr sql::Migration kWidening{2, "widening",
                                            "CREATE TABLE two (a bigint); ALTER TABLE one ADD COLUMN b bigint;"};
  std::unique_ptr<sql::Connection> reader_ = must(backend_.connector().open());
};

TEST_F(PostgresMigrations, give_way_to_who_holds_a_table_and_say_so) {
  const auto result = migrate_patiently(3);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), core::Code::unavailable);
  EXPECT_NE(result.error().description().find("pg_stat_activity"), std::string::npos) << result.error().description();
  EXPECT_FALSE(has_table("two"));
  must(reader_->commit());
  EXPECT_EQ(must(migrate_patiently(3)).size(), 1U);
}

TEST_F(PostgresMigrations, go_on_when_the_table_is_free) {
  auto migrated = std::async(std::launch::async, [&] { return migrate_patiently(1'000'000); });
  must(reader_->commit());
  EXPECT_EQ(must(migrated.get()).size(), 1U);
  EXPECT_TRUE(has_table("two"));
}

// The embedded texts: versions count from 1 without a gap, and both dialects have the same steps.
TEST(EmbeddedMigrations, are_in_step) {
  const sql::Connector sqlite = SqliteBackend().connector();
  const sql::Connector postgres = PostgresBackend().connector();
  ASSERT_EQ(sqlite.migrations.size(), postgres.migrations.size());
  for (std::size_t i = 0; i < sqlite.migrations.size(); ++i) {
    EXPECT_EQ(sqlite.migrations[i].version, static_cast<int>(i) + 1);
    EXPECT_EQ(postgres.migrations[i].version, sqlite.migrations[i].version);
    EXPECT_EQ(postgres.migrations[i].name, sqlite.migrations[i].name);
  }
}

}  // namespace
}  // namespace sigma::store::contract
