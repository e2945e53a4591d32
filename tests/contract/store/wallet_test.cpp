#include "backend.hpp"
#include "samples.hpp"
#include "sigma/store/wallet_store.hpp"

namespace sigma::store::contract {
namespace {

constexpr std::int64_t kMax = 3;

Wallet make_wallet(const std::string& address, const std::string& user = "user-1",
                   const std::string& bap_id = "bap-1") {
  Wallet wallet;
  wallet.address = address;
  wallet.pubkey = pubkey_of(address);
  wallet.user_id = UserId{user};
  wallet.bap_id = BapId{bap_id};
  wallet.provider = "yours";
  wallet.connection_method = "signature";
  wallet.connected_at = kNow;
  wallet.last_verified = after(1);
  return wallet;
}

template <class Backend>
class Wallets : public StoreContract<Backend> {
 protected:
  void SetUp() override {
    for (const std::string id : {"user-1", "user-2"}) {
      User user = make_user(id);
      user.pubkey = pubkey_of(id);
      Profile profile = make_profile("bap-of-" + id, id);
      await(this->store().users.create_with_profile(user, profile));
    }
  }
  WalletConnection connect(Wallet wallet, bool take_over = false) {
    return await(wallets_.connect(std::move(wallet), kMax, take_over));
  }
  std::vector<std::string> addresses(const std::string& user = "user-1") {
    std::vector<std::string> list;
    for (const Wallet& wallet : await(wallets_.list(UserId{user})))
      list.push_back(wallet.address + (wallet.is_primary ? "*" : ""));
    return list;
  }
  std::int64_t revision(const std::string& user) {
    const auto found = await(entitlements_.find(UserId{user}));
    return found ? found->revision : 0;
  }

  WalletStore wallets_{this->database()};
  EntitlementStore entitlements_{this->database()};
};
TYPED_TEST_SUITE(Wallets, Backends);

using Addresses = std::vector<std::string>;

TYPED_TEST(Wallets, come_back_as_they_were_and_the_first_is_primary) {
  Wallet wallet = make_wallet("1a");
  EXPECT_EQ(this->connect(wallet), WalletConnection::done);
  wallet.is_primary = true;
  EXPECT_EQ(await(this->wallets_.list(wallet.user_id)), std::vector<Wallet>{wallet});
  EXPECT_TRUE(await(this->wallets_.list(UserId{"user-2"})).empty());
}

TYPED_TEST(Wallets, primary_passes_on_when_it_leaves) {
  for (int i = 0; i < 3; ++i) {
    Wallet wallet = make_wallet(std::string("1") + static_cast<char>('a' + i));
    wallet.connected_at = after(i);
    this->connect(wallet);
  }
  const UserId user{"user-1"};
  const BapId bap_id{"bap-1"};
  EXPECT_EQ(this->addresses(), (Addresses{"1a*", "1b", "1c"}));
  EXPECT_TRUE(await(this->wallets_.set_primary(user, bap_id, "1c")));
  EXPECT_EQ(this->addresses(), (Addresses{"1c*", "1a", "1b"}));
  EXPECT_TRUE(await(this->wallets_.disconnect(user, bap_id, "1c")));
  EXPECT_EQ(this->addresses(), (Addresses{"1a*", "1b"}));
  EXPECT_FALSE(await(this->wallets_.disconnect(user, bap_id, "1c")));
  EXPECT_FALSE(await(this->wallets_.set_primary(user, bap_id, "1c")));
  EXPECT_EQ(this->addresses(), (Addresses{"1a*", "1b"}));
}

TYPED_TEST(Wallets, of_others_stay_theirs) {
  this->connect(make_wallet("1a"));
  const UserId other{"user-2"};
  EXPECT_FALSE(await(this->wallets_.disconnect(other, BapId{"bap-1"}, "1a")));
  EXPECT_FALSE(await(this->wallets_.set_primary(other, BapId{"bap-1"}, "1a")));
  EXPECT_FALSE(await(this->wallets_.disconnect(UserId{"user-1"}, BapId{"bap-2"}, "1a")));
  EXPECT_EQ(this->connect(make_wallet("1a", "user-2", "bap-2")), WalletConnection::elsewhere);
  EXPECT_EQ(this->addresses(), (Addresses{"1a*"}));
  EXPECT_TRUE(this->addresses("user-2").empty());
}

TYPED_TEST(Wallets, are_taken_over_by_a_proof_that_may) {
  this->connect(make_wallet("1a"));
  this->connect(make_wallet("1b"));
  const auto before = this->revision("user-1");
  EXPECT_EQ(this->connect(make_wallet("1a", "user-2", "bap-2"), true), WalletConnection::done);
  EXPECT_EQ(this->addresses(), (Addresses{"1b*"}));
  EXPECT_EQ(this->addresses("user-2"), (Addresses{"1a*"}));
  EXPECT_GT(this->revision("user-1"), before);
  EXPECT_GT(this->revision("user-2"), 0);
}

TYPED_TEST(Wallets, that_one_has_already_are_refreshed) {
  this->connect(make_wallet("1a"));
  this->connect(make_wallet("1b"));
  Wallet again = make_wallet("1a");
  again.provider = "other";
  again.connected_at = after(kDay);
  again.last_verified = after(kDay);
  EXPECT_EQ(this->connect(again), WalletConnection::done);
  const auto list = await(this->wallets_.list(again.user_id));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_TRUE(list[0].is_primary);
  EXPECT_EQ(list[0].provider, "other");
  EXPECT_EQ(list[0].connected_at, kNow);
  EXPECT_EQ(list[0].last_verified, after(kDay));
}

TYPED_TEST(Wallets, move_between_ones_own_identities) {
  this->connect(make_wallet("1a"));
  this->connect(make_wallet("1b"));
  EXPECT_EQ(this->connect(make_wallet("1a", "user-1", "bap-2")), WalletConnection::done);
  EXPECT_EQ(this->addresses(), (Addresses{"1a*", "1b*"}));
}

TYPED_TEST(Wallets, are_bounded_also_when_they_come_at_once_from_two_replicas) {
  Database second(this->backend_.connector());
  WalletStore other(second);
  std::vector<Task<Result<WalletConnection>>> attempts;
  for (int i = 0; i < 12; ++i) {
    attempts.push_back(
        (i % 2 == 0 ? this->wallets_ : other).connect(make_wallet("1x" + std::to_string(i)), kMax, false));
  }
  std::int64_t done = 0;
  for (auto& result : run_all(std::move(attempts))) done += must(std::move(result)) == WalletConnection::done ? 1 : 0;
  EXPECT_EQ(done, kMax);
  EXPECT_EQ(this->connect(make_wallet("1y")), WalletConnection::too_many);
  EXPECT_EQ(this->addresses().size(), static_cast<std::size_t>(kMax));
  EXPECT_EQ(this->connect(make_wallet("1y", "user-2", "bap-2")), WalletConnection::done);
}

TYPED_TEST(Wallets, claimed_by_two_at_once_belong_to_one) {
  Database second(this->backend_.connector());
  WalletStore other(second);
  for (int round = 0; round < 10; ++round) {
    const std::string address = "1r" + std::to_string(round);
    std::vector<Task<Result<WalletConnection>>> attempts;
    attempts.push_back(this->wallets_.connect(make_wallet(address), 100, false));
    attempts.push_back(other.connect(make_wallet(address, "user-2", "bap-2"), 100, false));
    int done = 0;
    for (auto& result : run_all(std::move(attempts))) done += must(std::move(result)) == WalletConnection::done ? 1 : 0;
    EXPECT_EQ(done, 1);
  }
  EXPECT_EQ(this->addresses().size() + this->addresses("user-2").size(), 10u);
}

TYPED_TEST(Wallets, taken_over_from_who_has_just_connected_them_are_missed_there) {
  Database second(this->backend_.connector());
  WalletStore other(second);
  for (int round = 0; round < 20; ++round) {
    const std::string address = "1r" + std::to_string(round);
    const auto before = this->revision("user-1") + this->revision("user-2");
    std::vector<Task<Result<WalletConnection>>> attempts;
    attempts.push_back(this->wallets_.connect(make_wallet(address), 100, true));
    attempts.push_back(other.connect(make_wallet(address, "user-2", "bap-2"), 100, true));
    for (auto& result : run_all(std::move(attempts))) EXPECT_EQ(must(std::move(result)), WalletConnection::done);
    EXPECT_EQ(this->revision("user-1") + this->revision("user-2"), before + 3) << "two that came and one that went";
  }
  for (const char* user : {"user-1", "user-2"}) {
    const auto list = await(this->wallets_.list(UserId{user}));
    EXPECT_EQ(std::ranges::count_if(list, &Wallet::is_primary), list.empty() ? 0 : 1) << user;
  }
}

TYPED_TEST(Wallets, entitlements_are_kept_unless_wallets_changed_meanwhile) {
  const UserId user{"user-1"};
  EXPECT_EQ(await(this->entitlements_.find(user)), std::nullopt);
  this->connect(make_wallet("1a"));
  auto known = await(this->entitlements_.find(user));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->evaluated_at, std::nullopt);
  known->roles = {"premium", "fox"};
  known->subscription_tier = "pro";
  known->evidence = {{{"rule", "x"}}};
  known->complete = false;
  known->evaluated_at = after(5);
  EXPECT_TRUE(await(this->entitlements_.save(*known)));
  EXPECT_FALSE(await(this->entitlements_.save(*known))) << "another replica, which worked it out at the same time";
  ++known->revision;
  EXPECT_EQ(await(this->entitlements_.find(user)), known);

  this->connect(make_wallet("1b"));
  EXPECT_FALSE(await(this->entitlements_.save(*known)));
  EXPECT_EQ(await(this->entitlements_.find(user))->evaluated_at, std::nullopt);
  await(this->wallets_.disconnect(user, BapId{"bap-1"}, "1a"));
  EXPECT_GT(await(this->entitlements_.find(user))->revision, known->revision + 1);
}

}  // namespace
}  // namespace sigma::store::contract
