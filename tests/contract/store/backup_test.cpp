#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

const BapId kIdentity{"bap-1"};

template <class Backend>
class Backups : public StoreContract<Backend> {
 protected:
  BackupStore& backups() { return this->store().backups; }
};
TYPED_TEST_SUITE(Backups, Backends);

TYPED_TEST(Backups, are_numbered_and_the_newest_few_are_kept) {
  for (int i = 1; i <= 5; ++i)
    EXPECT_EQ(await(this->backups().add(kIdentity, "content " + std::to_string(i), after(i), 3)), i);
  EXPECT_EQ(await(this->backups().find(kIdentity, {})), (Backup{kIdentity, 5, "content 5", after(5)}));
  EXPECT_EQ(await(this->backups().find(kIdentity, 3)), (Backup{kIdentity, 3, "content 3", after(3)}));
  EXPECT_EQ(await(this->backups().find(kIdentity, 2)), std::nullopt);
  EXPECT_EQ(await(this->backups().list(kIdentity)),
            (std::vector<BackupVersion>{{5, after(5)}, {4, after(4)}, {3, after(3)}}));
}

TYPED_TEST(Backups, of_others_are_others) {
  EXPECT_EQ(await(this->backups().add(kIdentity, "mine", kNow, 5)), 1);
  EXPECT_EQ(await(this->backups().add(BapId{"bap-2"}, "theirs", kNow, 5)), 1);
  EXPECT_EQ(await(this->backups().find(kIdentity, {}))->content, "mine");
  EXPECT_EQ(await(this->backups().find(BapId{"bap-3"}, {})), std::nullopt);
  EXPECT_TRUE(await(this->backups().list(BapId{"bap-3"})).empty());
}

TYPED_TEST(Backups, at_once_from_two_replicas_get_numbers_of_their_own) {
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<std::int64_t>>> attempts;
  for (int i = 0; i < 20; ++i)
    attempts.push_back((i % 2 == 0 ? this->store() : other).backups.add(kIdentity, std::to_string(i), kNow, 5));
  std::set<std::int64_t> numbers;
  for (auto& result : run_all(std::move(attempts))) numbers.insert(must(std::move(result)));
  EXPECT_EQ(numbers.size(), 20u);
  EXPECT_EQ(await(this->backups().list(kIdentity)).size(), 5u);
}

TYPED_TEST(Backups, of_nobody_are_counted_and_removed_when_they_are_old) {
  await(this->store().users.create_with_profile(make_user(), make_profile("bap-1", "user-1")));
  for (const char* id : {"bap-1", "bap-2", "bap-3", "bap-4"}) await(this->backups().add(BapId{id}, "old", kNow, 5));
  await(this->backups().add(BapId{"bap-3"}, "new", after(kDay), 5));
  EXPECT_EQ(await(this->backups().count_unclaimed()), 3);
  EXPECT_EQ(await(this->backups().remove_unclaimed(kNow, 100)), 0u);
  EXPECT_EQ(await(this->backups().remove_unclaimed(after(1), 1)), 1u) << "a batch is bounded";
  EXPECT_EQ(await(this->backups().remove_unclaimed(after(1), 100)), 1u);
  EXPECT_EQ(await(this->backups().count_unclaimed()), 1);
  EXPECT_EQ(await(this->backups().list(BapId{"bap-1"})).size(), 1u) << "somebody's";
  EXPECT_TRUE(await(this->backups().list(BapId{"bap-2"})).empty());
  EXPECT_EQ(await(this->backups().list(BapId{"bap-3"})).size(), 2u) << "the newest counts";
  EXPECT_EQ(await(this->backups().add(BapId{"bap-2"}, "again", after(kDay), 5)), 1);
}

TYPED_TEST(Backups, any_text_comes_back) {
  for (const std::string& text : {std::string(300'000, 'x'), std::string("{\"a\":\"\xC5\x81\"}")}) {
    await(this->backups().add(kIdentity, text, kNow, 5));
    EXPECT_EQ(await(this->backups().find(kIdentity, {}))->content, text);
  }
}

}  // namespace
}  // namespace sigma::store::contract
