// Identities on chain over time: how long an answer is used, when somebody asks again, what happens when nobody
// answers.
#include <boost/asio/steady_timer.hpp>

#include "engine.hpp"
#include "sigma/bap/bap_id.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class ChainTest : public EngineTest {
 protected:
  static constexpr const char* kByAddress = "https://bap.example/v1/identity/validByAddress";
  static constexpr const char* kById = "https://bap.example/v1/identity/get";

  core::Json identity(const std::vector<std::string>& addresses, const std::string& name) {
    core::Json list = core::Json::array();
    for (const auto& address : addresses) list.push_back({{"address", address}});
    return {{"idKey", bap::bap_id_from_root_address(addresses.front())},
            {"rootAddress", addresses.front()},
            {"currentAddress", addresses.back()},
            {"addresses", std::move(list)},
            {"identity", {{"alternateName", name}}}};
  }
  void say(const char* url, const core::Json& result) {
    chain_world.publish(url, {{"status", "success"}, {"result", result}});
  }
  void say_unknown(const char* url) { chain_world.publish(url, {{"status", "error"}, {"message", "unknown"}}); }
  void be_down() {
    chain_world.forget(kByAddress);
    chain_world.forget(kById);
  }
  bap::Resolution resolve(const std::string& address) { return run(chain.of_address(address, bap::Asker::holder)); }
  Result<SignedIn> sign_in_with(const bitcoin::PrivateKey& key, std::optional<std::string> bap_id = {}) {
    SignInRequest request;
    request.x_auth_tokens = {token_for(key, kSignInPath, std::nullopt)};
    request.bap_id = std::move(bap_id);
    auto result = run(sessions.sign_in(std::move(request)));
    clock.advance(core::Milliseconds{2});
    return result;
  }

  const bitcoin::PrivateKey root = bitcoin::PrivateKey::generate(random);
  const bitcoin::PrivateKey next = bitcoin::PrivateKey::generate(random);
  const std::string root_address = root.public_key().address();
  const std::string next_address = next.public_key().address();
  const std::string id = bap::bap_id_from_root_address(root_address);
};

TEST_F(ChainTest, AnAnswerIsUsedForAnHourAndRenewedBeforeItsEnd) {
  say(kByAddress, identity({root_address, next_address}, "One"));
  EXPECT_EQ(resolve(next_address).standing, bap::Standing::current);
  say(kByAddress, identity({root_address, next_address, "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"}, "Two"));
  clock.advance(minutes{49});
  EXPECT_EQ(resolve(next_address).standing, bap::Standing::current);
  EXPECT_EQ(chain_world.asked(), 1);
  clock.advance(minutes{2});
  EXPECT_EQ(resolve(next_address).standing, bap::Standing::current) << "the old answer, while a new one is fetched";
  EXPECT_EQ(chain_world.asked(), 2);
  EXPECT_EQ(resolve(next_address).standing, bap::Standing::replaced);
  EXPECT_EQ(chain_world.asked(), 2);
}

/// Answers after a while as another one does.
class SlowFetcher final : public http::Fetcher {
 public:
  SlowFetcher(http::Fetcher& peer, std::string slow_url) : peer_(peer), slow_url_(std::move(slow_url)) {}
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest request) override {
    if (request.url == slow_url_) {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
      timer.expires_after(std::chrono::milliseconds{300});
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return co_await peer_.fetch(std::move(request));
  }

 private:
  http::Fetcher& peer_;
  const std::string slow_url_;
};

// A key that is not found takes two questions: the wait for both together has one end.
TEST_F(ChainTest, NobodyWaitsLongerThanThePatienceWhateverIsAsked) {
  say(kByAddress, identity({root_address, next_address}, "One"));
  resolve(next_address);
  clock.advance(minutes{61});
  say_unknown(kByAddress);
  say(kById, identity({root_address, next_address, "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"}, "Two"));
  SlowFetcher slow(chain_world, kById);
  bap::BapApi api(slow, {.base_url = "https://bap.example/v1", .token = ""});
  core::Metrics own_metrics;
  bap::ResolverOptions options;
  options.patience = core::Milliseconds{10};
  bap::Resolver impatient(&api, cache, store.chain_keys, clock, own_metrics, options);
  const auto early = run(impatient.of_address(next_address, bap::Asker::holder));
  EXPECT_FALSE(early.asked);
  EXPECT_EQ(early.standing, bap::Standing::current) << "what the chain said before";
  const auto later = run(impatient.of_address(next_address, bap::Asker::holder));
  EXPECT_TRUE(later.asked) << "the answer that came too late is there for the next one";
  EXPECT_EQ(later.standing, bap::Standing::replaced);
}

TEST_F(ChainTest, AfterAnHourNobodyGetsTheOldAnswer) {
  say(kByAddress, identity({root_address, next_address}, "One"));
  resolve(next_address);
  say(kByAddress, identity({root_address, next_address, "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"}, "Two"));
  clock.advance(minutes{61});
  EXPECT_EQ(resolve(next_address).standing, bap::Standing::replaced);
}

// Replicas' clocks differ a little; a clock that was an hour ahead and is set right must not make an answer live
// longer.
TEST_F(ChainTest, AnAnswerFromTheFutureIsNotUsed) {
  say(kByAddress, identity({root_address}, "One"));
  resolve(root_address);
  clock.advance(-seconds{59});
  resolve(root_address);
  EXPECT_EQ(chain_world.asked(), 1);
  clock.advance(-seconds{2});
  resolve(root_address);
  EXPECT_EQ(chain_world.asked(), 2);
}

TEST_F(ChainTest, ThatNobodyIsThereIsRememberedForAMinute) {
  say_unknown(kByAddress);
  EXPECT_FALSE(resolve(root_address).identity);
  say(kByAddress, identity({root_address}, "New"));
  clock.advance(seconds{59});
  EXPECT_FALSE(resolve(root_address).identity);
  EXPECT_EQ(chain_world.asked(), 1);
  clock.advance(seconds{2});
  EXPECT_TRUE(resolve(root_address).identity);
}

TEST_F(ChainTest, AnApiThatForgetsReplacedKeysDoesNotMakeThemNew) {
  say(kByAddress, identity({root_address, next_address}, "One"));
  ASSERT_TRUE(sign_in_with(next, id));
  clock.advance(minutes{61});
  say_unknown(kByAddress);
  say(kById, identity({root_address, "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"}, "One"));
  const auto refused = sign_in_with(next);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::bap_ownership_failed);
  clock.advance(minutes{120});
  be_down();
  EXPECT_FALSE(sign_in_with(next)) << "nor does an outage";
}

TEST_F(ChainTest, WhoWasKnownStaysKnownWhileTheApiIsDown) {
  say(kByAddress, identity({root_address, next_address}, "One"));
  const auto before = sign_in_with(next, id);
  ASSERT_TRUE(before);
  be_down();
  clock.advance(std::chrono::hours{24 * 30});
  const auto after = sign_in_with(next);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->user.id, before->user.id);
  EXPECT_EQ(after->session.active_bap_id->str(), id);
  const auto stranger = sign_in_with(root);
  ASSERT_TRUE(stranger);
  EXPECT_EQ(stranger->user.id, before->user.id) << "the id derives from this one: nobody has to be asked";
}

TEST_F(ChainTest, AKeyIsTheNextOneOfAnIdentityThatIsKnownHere) {
  be_down();
  const auto before = sign_in_with(root);
  ASSERT_TRUE(before);
  say(kByAddress, identity({root_address, next_address}, "One"));
  const auto after = sign_in_with(next, id);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->user.id, before->user.id);
  const auto plain = sign_in_with(next);
  ASSERT_TRUE(plain) << "named once, it need not be named again";
  EXPECT_EQ(plain->user.id, before->user.id);
}

TEST_F(ChainTest, ProfilesAreRefreshedOnceAnHour) {
  say(kByAddress, identity({root_address}, "One"));
  ASSERT_TRUE(sign_in_with(root));
  say(kById, identity({root_address}, "Two"));
  const auto waiting = profiles.take(10);
  ASSERT_EQ(waiting.size(), 1);
  EXPECT_TRUE(*run(profiles.refresh(waiting.front())));
  const auto kept = run(store.users.find_profile(store::BapId{id}));
  EXPECT_EQ((*kept)->profile.at("identity").at("alternateName"), "Two");
  const auto asked = chain_world.asked();
  EXPECT_FALSE(*run(profiles.refresh(waiting.front())));
  EXPECT_EQ(chain_world.asked(), asked);
  clock.advance(minutes{61});
  ASSERT_TRUE(sign_in_with(root));
  ASSERT_EQ(profiles.take(10).size(), 1);
  EXPECT_FALSE(*run(profiles.refresh(waiting.front()))) << "nothing new is no change";
  EXPECT_EQ(chain_world.asked(), asked + 1);
}

TEST_F(ChainTest, WhatIsUnknownOnChainStaysAsItIsHere) {
  be_down();
  ASSERT_TRUE(sign_in_with(root));
  say_unknown(kById);
  EXPECT_FALSE(*run(profiles.refresh(store::BapId{id})));
  const auto kept = run(store.users.find_profile(store::BapId{id}));
  EXPECT_EQ((*kept)->profile.at("rootAddress"), root_address);
}

}  // namespace
}  // namespace sigma::oauth::testing
