// What may be used once, and what is removed when its time is over.
#include "backend.hpp"
#include "samples.hpp"
#include "sigma/store/table_sizes.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Upkeep : public StoreContract<Backend> {
 protected:
  bool first_use(std::string key, UtcTime now, UtcTime until) {
    return await(this->store().replay.first_use(std::move(key), now, until));
  }
};
TYPED_TEST_SUITE(Upkeep, Backends);

TYPED_TEST(Upkeep, key_is_used_once_while_it_is_remembered) {
  EXPECT_TRUE(this->first_use("k", kNow, after(kMinute)));
  EXPECT_FALSE(this->first_use("k", kNow, after(kHour)));
  EXPECT_FALSE(this->first_use("k", after(kMinute - 1), after(kHour)));
  EXPECT_TRUE(this->first_use("other", kNow, after(kMinute)));
  EXPECT_TRUE(this->first_use("k", after(kMinute), after(kHour))) << "forgotten by then";
  EXPECT_FALSE(this->first_use("k", after(kMinute), after(kHour)));
}

TYPED_TEST(Upkeep, keys_are_bytes) {
  for (const std::string& text : hostile_texts()) {
    EXPECT_TRUE(this->first_use(text, kNow, after(kMinute)));
    EXPECT_FALSE(this->first_use(text, kNow, after(kMinute)));
  }
}

TYPED_TEST(Upkeep, one_of_fifty_uses_is_the_first) {
  Database second(this->backend_.connector());
  Store other(second);
  for (int round = 0; round < 5; ++round) {
    std::vector<Task<Result<bool>>> attempts;
    for (int i = 0; i < 50; ++i) {
      attempts.push_back(
          (i % 2 == 0 ? this->store() : other).replay.first_use("round" + std::to_string(round), kNow, after(kMinute)));
    }
    int first = 0;
    for (auto& result : run_all(std::move(attempts))) first += must(std::move(result)) ? 1 : 0;
    EXPECT_EQ(first, 1);
  }
}

TYPED_TEST(Upkeep, expired_rows_go_and_live_ones_stay) {
  Store& store = this->store();
  await(store.users.create_with_profile(make_user(), make_profile()));
  await(store.sessions.create(make_session()));  // expires after a day
  await(store.tokens.create_code(make_code()));
  await(store.tokens.redeem_code(make_code().hash, kNow, {make_access(), make_refresh()}));  // 1 hour, 30 days
  this->first_use("k", kNow, after(kMinute));

  EXPECT_EQ(await(store.maintenance.remove_expired(after(kHour - 1), 100)), 0u);
  EXPECT_EQ(await(store.maintenance.remove_expired(after(2 * kHour), 100)), 0u);
  EXPECT_TRUE(await(store.tokens.find_access(make_access().hash))) << "the clock was two hours ahead and is set right";
  EXPECT_FALSE(this->first_use("k", kNow, after(kMinute))) << "the same";
  EXPECT_EQ(await(store.maintenance.remove_expired(after(2 * kHour + kMinute), 100)), 1u);  // the used key
  EXPECT_EQ(await(store.maintenance.remove_expired(after(3 * kHour), 100)), 1u);
  EXPECT_FALSE(await(store.tokens.find_access(make_access().hash)));
  EXPECT_EQ(await(store.maintenance.remove_expired(after(3 * kDay), 100)), 1u);
  EXPECT_TRUE(await(store.sessions.list(UserId{"user-1"}, kNow)).empty());
  EXPECT_TRUE(await(store.tokens.find_code(make_code().hash)))
      << "its refresh token lives: a replayed code must still be noticed";

  EXPECT_EQ(await(store.maintenance.remove_expired(after(30 * kDay + 2 * kHour), 100)), 1u);
  EXPECT_FALSE(await(store.tokens.find_refresh(make_refresh().hash)));
  EXPECT_EQ(await(store.maintenance.remove_expired(after(32 * kDay), 100)), 1u);
  EXPECT_FALSE(await(store.tokens.find_code(make_code().hash)));
  EXPECT_TRUE(await(store.users.find(UserId{"user-1"})));
}

// As long as a rotated token can be revoked by its grant, the grant's row must be there.
TYPED_TEST(Upkeep, grant_outlives_every_rotation) {
  Store& store = this->store();
  await(store.tokens.create_code(make_code()));
  await(store.tokens.redeem_code(make_code().hash, kNow, {make_access("0"), make_refresh("0")}));
  std::string last = "0";
  for (int day = 20; day <= 80; day += 20) {
    const std::string label = std::to_string(day);
    AccessToken access = make_access(label);
    RefreshToken refresh = make_refresh(label);
    refresh.expires_at = after((day + 30) * kDay);
    ASSERT_EQ(
        await(store.tokens.rotate_refresh(make_refresh(last).hash, after(day * kDay), "f", "s", {access, refresh})),
        Consumed::done);
    await(store.maintenance.remove_expired(after(day * kDay), 100));
    last = label;
  }
  await(store.tokens.revoke_grant(make_code().grant_id, after(81 * kDay)));
  EXPECT_EQ(await(store.tokens.find_refresh(make_refresh(last).hash))->revoked_at, after(81 * kDay));
}

TYPED_TEST(Upkeep, batches_bound_the_work) {
  for (int i = 0; i < 25; ++i) this->first_use("k" + std::to_string(i), kNow, after(i));
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(3 * kHour), 10)), 10u);
  EXPECT_FALSE(this->first_use("k24", kNow, after(kDay))) << "oldest go first";
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(3 * kHour), 10)), 10u);
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(3 * kHour), 10)), 5u);
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(3 * kHour), 10)), 0u);
}

class PostgresUpkeep : public StoreContract<PostgresBackend> {};

TEST_F(PostgresUpkeep, one_replica_removes_at_a_time) {
  static const sql::Query kElected("SELECT pg_try_advisory_xact_lock(7310868735402536)");  // of maintenance.cpp
  await(store().replay.first_use("k", kNow, after(kMinute)));
  const auto other = must(backend_.connector().open());
  must(other->begin());
  bool elected = false;
  must(other->execute(kElected, {}, [&elected](const sql::Row& row) { elected = row.boolean(0); }));
  ASSERT_TRUE(elected);
  EXPECT_EQ(await(store().maintenance.remove_expired(after(3 * kHour), 10)), 0u);
  other->rollback();
  EXPECT_EQ(await(store().maintenance.remove_expired(after(3 * kHour), 10)), 1u);
}

TYPED_TEST(Upkeep, tables_tell_their_size) {
  for (int i = 0; i < 25; ++i) this->first_use("k" + std::to_string(i), kNow, after(i));
  std::map<std::string, TableSize> sizes;
  for (const TableSize& size : await(table_sizes(this->database()))) sizes[size.table] = size;
  for (const char* table : {"clients", "users", "sessions", "access_tokens", "used_keys", "schema_migration"})
    EXPECT_TRUE(sizes.contains(table)) << table;
  EXPECT_GT(sizes["used_keys"].bytes, 0);
  EXPECT_GE(await(database_bytes(this->database())), sizes["used_keys"].bytes);
}

TYPED_TEST(Upkeep, ping_answers) {
  await(this->store().maintenance.ping());
}

}  // namespace
}  // namespace sigma::store::contract
