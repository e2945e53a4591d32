// What people are entitled to, on a real store, with an indexer and a clock that the test turns.
#include "sigma/wallet/entitlement_book.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sigma/cache/memory.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store_sqlite/connector.hpp"

namespace sigma::wallet {
namespace {

using core::testing::run;
using std::chrono::seconds;

const std::string kToken = std::string(64, 'b') + "_1";

class FakeProvider final : public OwnershipProvider {
 public:
  core::Task<core::Result<NftPage>> nfts(std::string, std::size_t, std::size_t) override {
    if (down) co_return core::Error{core::Code::unavailable, "down"};
    co_return NftPage{};
  }
  core::Task<core::Result<std::vector<TokenBalance>>> balances(std::string address) override {
    ++asked;
    if (on_ask) co_await on_ask();
    if (down) co_return core::Error{core::Code::unavailable, "down"};
    co_return std::vector<TokenBalance>{{kToken, amounts[address], 0}};
  }

  std::map<std::string, std::uint64_t> amounts;
  bool down = false;
  int asked = 0;
  std::function<core::Task<>()> on_ask;
};

class Events final : public oauth::Audit {
 public:
  void record(oauth::AuditEvent event) override { all.push_back(std::move(event)); }
  std::vector<oauth::AuditEvent> all;
};

class EntitlementBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store::Migrator(store_sqlite::make_connector(file()), clock).migrate());
    store::Profile profile;
    user.id = profile.user_id = store::UserId{"user-1"};
    user.name = profile.name = "A";
    profile.bap_id = store::BapId{"bap-1"};
    profile.member_pubkey = "02aa";
    profile.profile = core::Json::object();
    ASSERT_TRUE(run(store.users.create_with_profile(user, profile)));
  }
  ~EntitlementBookTest() override { std::filesystem::remove_all(folder_); }

  void connect(const std::string& address) {
    store::Wallet wallet;
    wallet.address = address;
    wallet.user_id = user.id;
    wallet.bap_id = store::BapId{"bap-1"};
    wallet.connected_at = wallet.last_verified = clock.now();
    EXPECT_EQ(run(wallets.connect(wallet, 20, false)).value(), store::WalletConnection::done);
  }
  core::Task<> leave() { (void)co_await wallets.disconnect(user.id, store::BapId{"bap-1"}, "1a"); }
  core::Task<> look(EntitlementBook& replica) { (void)co_await replica.entitled(user); }
  std::string roles() { return run(book.entitled(user)).roles; }
  void pass(core::Milliseconds time) { clock.advance(time); }

  std::string file() const { return folder_ + "/test.db"; }
  static std::string make_folder() {
    char pattern[] = "/tmp/sigma-wallet-XXXXXX";
    return ::mkdtemp(pattern);
  }

  const std::string folder_ = make_folder();
  core::testing::FixedClock clock;
  store::Database database{store_sqlite::make_connector(file())};
  store::Store store{database};
  store::WalletStore wallets{database};
  store::EntitlementStore entitlements{database};
  FakeProvider provider;
  cache::MemoryCache cache{clock};
  Holdings holdings{provider, cache, clock, {}};
  const EntitlementRules rules =
      EntitlementRules::parse(R"({"tokens":[{"token":")" + kToken + R"(","min_amount":"100","role":"premium"}]})")
          .value();
  Events events;
  EntitlementBook book{store.users, wallets, entitlements, &holdings, rules, events, clock, {}};
  store::User user;
};

TEST_F(EntitlementBookTest, without_wallets_nobody_is_asked) {
  EXPECT_EQ(roles(), "user");
  EXPECT_EQ(provider.asked, 0);
}

TEST_F(EntitlementBookTest, a_change_on_chain_arrives_within_the_bound) {
  provider.amounts["1a"] = 100;
  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  provider.amounts["1a"] = 99;
  // Used as it is up to half of the bound, asked for in the background from then on.
  pass(seconds{149});
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(provider.asked, 1);
  pass(seconds{1});
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(provider.asked, 2);
  EXPECT_EQ(roles(), "user");
}

TEST_F(EntitlementBookTest, after_the_bound_nothing_is_believed_that_was_not_asked_again) {
  provider.amounts["1a"] = 100;
  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  provider.amounts["1a"] = 99;
  pass(seconds{300});
  EXPECT_EQ(roles(), "user");
  EXPECT_EQ(run(entitlements.find(user.id)).value()->roles, std::vector<std::string>{});
}

TEST_F(EntitlementBookTest, what_was_found_out_survives_an_outage_up_to_the_bound_and_no_longer) {
  provider.amounts["1a"] = 100;
  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  provider.down = true;
  pass(seconds{200});
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(roles(), "user,premium");
  pass(seconds{99});
  EXPECT_EQ(roles(), "user,premium");
  pass(seconds{1});
  EXPECT_EQ(roles(), "user");
  provider.down = false;
  EXPECT_EQ(roles(), "user") << "the failure is remembered";
  pass(seconds{10});
  EXPECT_EQ(roles(), "user,premium");
}

TEST_F(EntitlementBookTest, wallets_that_come_and_go_count_at_once) {
  provider.amounts = {{"1a", 60}, {"1b", 40}};
  connect("1a");
  EXPECT_EQ(roles(), "user");
  connect("1b");
  EXPECT_EQ(roles(), "user,premium");
  ASSERT_TRUE(run(wallets.disconnect(user.id, store::BapId{"bap-1"}, "1b")).value());
  EXPECT_EQ(roles(), "user");
}

TEST_F(EntitlementBookTest, roles_given_by_hand_and_administrators_need_no_wallet) {
  EntitlementOptions options;
  options.admin_bap_ids = {"bap-1"};
  EntitlementBook admins(store.users, wallets, entitlements, nullptr, {}, events, clock, options);
  user.roles = "user,editor";
  user.subscription_tier = "pro";
  const Standing standing = run(admins.standing(user));
  EXPECT_EQ(standing.roles, (std::vector<std::string>{"user", "editor", "admin"}));
  EXPECT_EQ(standing.tier, "pro");
  EXPECT_EQ(standing.admin_by, "bap-1");
  EXPECT_EQ(roles(), "user,editor");
}

TEST_F(EntitlementBookTest, every_change_is_told_once_with_its_reason) {
  provider.amounts["1a"] = 100;
  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(roles(), "user,premium");
  ASSERT_EQ(events.all.size(), 1u);
  provider.amounts["1a"] = 99;
  pass(seconds{300});
  EXPECT_EQ(roles(), "user");
  pass(seconds{300});
  EXPECT_EQ(roles(), "user");
  ASSERT_EQ(events.all.size(), 2u);
  const oauth::AuditEvent& lost = events.all[1];
  EXPECT_EQ(lost.type, oauth::AuditType::entitlements_changed);
  EXPECT_EQ(lost.actor, "server");
  EXPECT_EQ(lost.user_id, user.id);
  EXPECT_EQ(lost.detail, core::Json::parse(R"({"roles_before":["premium"],"roles":[],"tier_before":"free","tier":"free",
    "complete":true,"because":[{"rule":"tokens[0]","role":"premium","token":")" +
                                           kToken + R"(","granted":false,
    "needs":"100","found_before":"100","found":"99",
    "wallets":[{"address":"1a","found_before":"100","found":"99"}]}]})"));
}

TEST_F(EntitlementBookTest, a_role_that_goes_with_its_wallet_or_for_an_outage_says_so) {
  provider.amounts["1a"] = 100;
  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  run(leave());
  EXPECT_EQ(roles(), "user");
  ASSERT_EQ(events.all.size(), 2u);
  const core::Json gone = events.all[1].detail.at("because").at(0).at("wallets");
  EXPECT_EQ(gone, core::Json::parse(R"([{"address":"1a","found_before":"100","found":null}])"));

  connect("1a");
  EXPECT_EQ(roles(), "user,premium");
  provider.down = true;
  pass(seconds{300});
  EXPECT_EQ(roles(), "user");
  ASSERT_EQ(events.all.size(), 4u);
  EXPECT_EQ(events.all[3].detail.at("complete"), false);
  EXPECT_NE(events.all[3].detail.at("because").at(0).at("wallets").at(0).value("error", ""), "");
}

TEST_F(EntitlementBookTest, of_two_replicas_that_find_the_same_one_tells_it) {
  FakeProvider same;
  same.amounts["1a"] = provider.amounts["1a"] = 100;
  cache::MemoryCache own_cache{clock};
  Holdings own_holdings{same, own_cache, clock, {}};
  EntitlementBook other(store.users, wallets, entitlements, &own_holdings, rules, events, clock, {});
  connect("1a");
  provider.on_ask = [&] { return look(other); };
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(same.asked, 1) << "the other one was faster";
  EXPECT_EQ(events.all.size(), 1u);
}

TEST_F(EntitlementBookTest, what_was_seen_in_the_future_is_looked_at_again) {
  run(holdings.of({"1a"}, false));
  pass(-seconds{59});
  run(holdings.of({"1a"}, false));
  EXPECT_EQ(provider.asked, 1) << "clocks of replicas differ a little";
  pass(-seconds{2});
  run(holdings.of({"1a"}, false));
  EXPECT_EQ(provider.asked, 2);
}

TEST_F(EntitlementBookTest, who_is_expected_is_looked_at_before_they_ask) {
  provider.amounts["1a"] = 100;
  connect("1a");
  run(book.expect(user.id));
  EXPECT_EQ(provider.asked, 1);
  EXPECT_EQ(roles(), "user,premium");
  EXPECT_EQ(provider.asked, 1);
}

TEST_F(EntitlementBookTest, a_wallet_that_leaves_while_it_is_looked_at_gives_nothing) {
  provider.amounts["1a"] = 100;
  connect("1a");
  provider.on_ask = [this]() -> core::Task<> { return leave(); };
  EXPECT_EQ(roles(), "user");
  provider.on_ask = nullptr;
  EXPECT_EQ(roles(), "user");
}

}  // namespace
}  // namespace sigma::wallet
