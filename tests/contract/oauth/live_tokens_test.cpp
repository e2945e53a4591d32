#include "sigma/oauth/tokens/live_tokens.hpp"
#include "engine.hpp"
#include "sigma/cache/memory.hpp"

namespace sigma::oauth::testing {
namespace {

/// A PubSub that can be cut off.
class Bus final : public cache::PubSub {
 public:
  core::Task<bool> publish(std::string channel, std::string message) override {
    if (!up) co_return false;
    co_return co_await inner_.publish(std::move(channel), std::move(message));
  }
  void subscribe(std::string channel, Listener listener) override {
    gaps_.push_back(listener.on_gap);
    inner_.subscribe(std::move(channel), std::move(listener));
  }
  bool listening() const override { return up; }
  void cut() {
    up = false;
    for (const auto& gap : gaps_) gap();
  }

  bool up = true;

 private:
  cache::MemoryPubSub inner_;
  std::vector<std::function<void()>> gaps_;
};

class Remembering : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    token.hash = hash_secret("the token");
    token.grant_id = store::GrantId{"01a1fe31-1ebd-74b8-8a3b-a623b7ac14c9"};
    token.client_id = store::ClientId{"app"};
    token.scopes = {"openid"};
    token.auth_time = token.created_at = clock.now();
    token.expires_at = clock.now() + std::chrono::hours{1};
    ASSERT_TRUE(run(store.tokens.create_access(token)));
  }
  bool is_live(LiveTokens& tokens) { return run(tokens.find(token.hash)).value() != nullptr; }
  /// In the database, and nobody is told.
  void revoke() { ASSERT_TRUE(run(store.tokens.revoke_access(token.hash, clock.now()))); }

  store::AccessToken token;
  Bus bus;
  LiveTokens here{store.live_access, clients, clock, &bus}, there{store.live_access, clients, clock, &bus};
};

TEST_F(Remembering, ARevocationIsHeardEverywhereAtOnce) {
  EXPECT_TRUE(is_live(here));
  EXPECT_TRUE(is_live(there));
  EXPECT_EQ(there.remembered(), 1u);
  revoke();
  EXPECT_TRUE(is_live(there)) << "remembered";
  run(here.revoked());
  EXPECT_FALSE(is_live(there));
  EXPECT_FALSE(is_live(here));
}

TEST_F(Remembering, ARevocationThatNobodyTellsIsBounded) {
  EXPECT_TRUE(is_live(here));
  revoke();
  EXPECT_TRUE(is_live(here));
  std::this_thread::sleep_for(LiveTokens::kStaleness);
  EXPECT_FALSE(is_live(here));
}

TEST_F(Remembering, NothingIsRememberedWhileNobodyCouldTell) {
  EXPECT_TRUE(is_live(here));
  bus.cut();
  EXPECT_EQ(here.remembered(), 0u);
  EXPECT_TRUE(is_live(here));
  EXPECT_EQ(here.remembered(), 0u);
  revoke();
  EXPECT_FALSE(is_live(here));
  LiveTokens alone{store.live_access, clients, clock, nullptr};
  EXPECT_FALSE(is_live(alone));
  EXPECT_EQ(alone.remembered(), 0u);
}

TEST_F(Remembering, ATokenThatWasReadBeforeARevocationIsNotRememberedAfterIt) {
  core::testing::EventLoop loop;
  auto found = loop.start(here.find(token.hash));
  loop.poll_one();  // the read is under way; its answer waits for the loop
  run(there.revoked());
  loop.run();
  EXPECT_TRUE(found.get().value());
  EXPECT_EQ(here.remembered(), 0u);
}

TEST_F(Remembering, ATokenThatWasJustStoredNeedsNoRead) {
  const store::Client client = run(store.clients.find(token.client_id)).value().value();
  token.hash = hash_secret("stored by somebody's exchange");
  here.issued({token, client, {}, {}}, here.begin());
  EXPECT_TRUE(is_live(here));
  EXPECT_FALSE(is_live(there)) << "there was no exchange: only this process could know";

  token.hash = hash_secret("another");
  const auto begun = here.begin();
  run(there.revoked());
  here.issued({token, client, {}, {}}, begun);
  EXPECT_FALSE(is_live(here)) << "what was read for it may have been revoked since";
  EXPECT_EQ(here.remembered(), 0u);
}

TEST_F(Remembering, ClientsAreRememberedUntilSomebodyTells) {
  ClientDirectory directory{store.clients, nullptr, &bus}, alone{store.clients};
  const auto name_in = [&](ClientDirectory& asked) { return run(asked.find(token.client_id)).value().value().name; };
  std::vector<store::MemberKey> keys;
  const auto rename = [&](const std::string& name) {
    store::Client client = run(store.clients.find(token.client_id)).value().value();
    client.name = name;
    client.member_keys = keys;
    ASSERT_TRUE(run(store.clients.update(client)));
  };
  rename("First");
  EXPECT_EQ(name_in(directory), "First");
  rename("Second");
  EXPECT_EQ(name_in(directory), "First") << "remembered";
  EXPECT_EQ(name_in(alone), "Second");
  run(there.revoked());
  EXPECT_EQ(name_in(directory), "Second");
  rename("Third");
  directory.forget();
  EXPECT_EQ(name_in(directory), "Third");
  bus.cut();
  rename("Fourth");
  EXPECT_EQ(name_in(directory), "Fourth") << "nobody could tell";
  bus.up = true;
  keys = {{std::string(66, '0'), {}, {}}};
  rename("Fifth");
  EXPECT_EQ(name_in(directory), "Fifth");
  rename("Sixth");
  EXPECT_EQ(name_in(directory), "Sixth") << "with a member key: never remembered";
}

TEST_F(Remembering, ExpiryNeedsNoMessage) {
  EXPECT_TRUE(is_live(here));
  clock.advance(std::chrono::hours{1});
  EXPECT_FALSE(is_live(here));
}

TEST_F(Remembering, DeadClientsHaveNoLiveTokens) {
  LiveTokens alone{store.live_access, clients, clock, nullptr};
  EXPECT_TRUE(is_live(alone));
  store::Client client = run(store.clients.find(token.client_id)).value().value();
  client.disabled = true;
  ASSERT_TRUE(run(store.clients.update(client)));
  EXPECT_FALSE(is_live(alone));
}

// Security case 65: over all doors, however the client's name is written, and however many at once.
TEST_F(Remembering, Case65WrongSecretsOfAClientCountOverAllDoorsTogether) {
  store::Client client = run(store.clients.find(token.client_id)).value().value();
  client.id = store::ClientId{"with-secret"};
  client.auth_method = "client_secret_post";
  client.grant_types = {"client_credentials"};
  client.secrets = {{hash_secret("right"), clock.now(), {}}};
  client.member_keys = {};
  ASSERT_TRUE(*run(store.clients.create(client)));
  const auto credentials = [](const std::string& secret, const std::string& ip) {
    ClientCredentials made;
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"client_id", "with-secret"},
                                      {"client_secret", secret},
                                      {"grant_type", "client_credentials"},
                                      {"token", "x"}})
      made.form.add(name, value);
    made.raw_body = made.form.encode();
    made.ip_address = ip;
    return made;
  };
  core::testing::EventLoop loop;
  std::vector<std::future<Result<core::Json>>> guesses;
  for (int i = 0; i < 150; ++i) {
    guesses.push_back(loop.start(Engine::token.exchange(credentials("wrong", "192.0.2.1"))));
    guesses.push_back(loop.start(token_status.introspect(credentials("wrong", "192.0.2.1"))));
  }
  loop.run();
  int tried = 0, refused = 0;
  for (auto& guess : guesses) {
    const auto code = guess.get().error().code();
    tried += code == ErrorCode::invalid_client ? 1 : 0;
    refused += code == ErrorCode::too_many_requests ? 1 : 0;
  }
  EXPECT_EQ(tried, 100);
  EXPECT_EQ(refused, 200);
  // Also with the right one; not from elsewhere, and not for others.
  EXPECT_EQ(run(token_status.introspect(credentials("right", "192.0.2.1"))).error().code(),
            ErrorCode::too_many_requests);
  EXPECT_TRUE(run(token_status.introspect(credentials("right", "192.0.2.2"))));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(run(token_status.introspect(credentials("right", "192.0.2.2"))));
  clock.advance(std::chrono::minutes{5});
  EXPECT_TRUE(run(token_status.introspect(credentials("right", "192.0.2.1"))));
}

}  // namespace
}  // namespace sigma::oauth::testing
