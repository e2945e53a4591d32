// What a client is sent when a session ends, and how long we try. The receiver is a stand-in, the time is ours.
#include "sigma/oauth/logout/back_channel.hpp"

#include <gmock/gmock.h>

#include "engine.hpp"
#include "sigma/oauth/sessions/session_identifier.hpp"

namespace sigma::oauth::testing {
namespace {

using ::testing::StartsWith;
using Outcome = DeliveryReport::Outcome;

/// Answers every request alike and keeps it.
class Receiver final : public http::Fetcher {
 public:
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest request) override {
    requests.push_back(std::move(request));
    if (failure) co_return *failure;
    http::Response response;
    response.status = status;
    co_return response;
  }

  int status = 200;
  std::optional<core::Error> failure;
  std::vector<http::FetchRequest> requests;
};

class BackChannel : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    change_client([](store::Client& client) { client.metadata["backchannel_logout_uri"] = "https://app.example/bye"; });
  }
  void change_client(const std::function<void(store::Client&)>& change) {
    auto client = run(store.clients.find(store::ClientId{"app"}))->value();
    change(client);
    ASSERT_TRUE(*run(store.clients.update(client)));
  }
  /// A session in which the client got tokens, ended.
  store::Session ended_session() {
    auto signed_in = sign_in().value();
    EXPECT_TRUE(redeem(code_for(signed_in)));
    EXPECT_TRUE(run(sessions.sign_out(signed_in.session.id)));
    return signed_in.session;
  }
  /// Tries everything that is due now.
  std::vector<Outcome> deliver() {
    std::vector<Outcome> outcomes;
    for (auto& delivery : run(back_channel.take(16)).value())
      outcomes.push_back(run(back_channel.deliver(std::move(delivery)))->outcome);
    return outcomes;
  }

  Receiver receiver;
  BackChannelLogout back_channel{
      store.logout_deliveries, clients, subjects, keys, pool, receiver, clock, random, settings};
};

TEST_F(BackChannel, SendsALogoutToken) {
  const store::Session session = ended_session();
  ASSERT_EQ(deliver(), std::vector{Outcome::delivered});
  ASSERT_EQ(receiver.requests.size(), 1u);
  const http::FetchRequest& request = receiver.requests.front();
  EXPECT_EQ(request.method, http::Method::post);
  EXPECT_EQ(request.url, "https://app.example/bye");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-www-form-urlencoded");
  ASSERT_THAT(request.body, StartsWith("logout_token="));
  const auto keys_now = keys.current();
  const auto jwt = jose::verify_jwt(request.body.substr(13), keys_now->finder(),
                                    {.algorithms = {jose::Algorithm::ES256}, .types = {"logout+jwt"}});
  ASSERT_TRUE(jwt) << jwt.error().description();
  core::Json claims = jwt->claims;
  EXPECT_TRUE(claims["jti"].is_string());
  claims.erase("jti");
  const core::Json expected = {
      {"iss", settings.issuer},
      {"sub", session.user_id.str()},
      {"aud", "app"},
      {"iat", clock.now().seconds()},
      {"exp", clock.now().seconds() + 120},
      {"sid", session_identifier(store::ClientId{"app"}, session.id)},
      {"events", {{"http://schemas.openid.net/event/backchannel-logout", core::Json::object()}}}};
  EXPECT_EQ(claims, expected);
  EXPECT_TRUE(deliver().empty());
}

TEST_F(BackChannel, PausesGrowAndTheFifthAttemptIsTheLast) {
  ended_session();
  receiver.failure = core::Error{core::Code::deadline, "Too slow."};
  for (const int pause : {15, 45, 135, 405}) {
    ASSERT_EQ(deliver(), std::vector{Outcome::postponed});
    clock.advance(std::chrono::seconds{pause} - core::Milliseconds{1});
    EXPECT_TRUE(deliver().empty());
    clock.advance(core::Milliseconds{1});
  }
  EXPECT_EQ(deliver(), std::vector{Outcome::given_up});
  clock.advance(std::chrono::hours{12});
  EXPECT_TRUE(deliver().empty());
  EXPECT_EQ(receiver.requests.size(), 5u);
}

TEST_F(BackChannel, EachAttemptHasATokenOfItsOwn) {
  ended_session();
  receiver.status = 500;
  deliver();
  clock.advance(std::chrono::minutes{3});
  receiver.status = 204;
  EXPECT_EQ(deliver(), std::vector{Outcome::delivered});
  EXPECT_NE(receiver.requests.at(0).body, receiver.requests.at(1).body);
}

TEST_F(BackChannel, StatusDecides) {
  const std::pair<int, Outcome> cases[] = {{200, Outcome::delivered}, {204, Outcome::delivered},
                                           {302, Outcome::postponed}, {400, Outcome::given_up},
                                           {404, Outcome::postponed}, {503, Outcome::postponed}};
  for (const auto& [status, outcome] : cases) {
    ended_session();
    receiver.status = status;
    EXPECT_EQ(deliver(), std::vector{outcome}) << status;
  }
}

TEST_F(BackChannel, WhoeverWantsNoNoticeAnyMoreGetsNone) {
  const std::function<void(store::Client&)> changes[] = {
      [](store::Client& client) { client.disabled = true; },
      [](store::Client& client) { client.metadata.erase("backchannel_logout_uri"); },
  };
  for (const auto& change : changes) {
    ended_session();
    change_client(change);
    EXPECT_EQ(deliver(), std::vector{Outcome::unwanted});
    change_client([](store::Client& client) {
      client.disabled = false;
      client.metadata["backchannel_logout_uri"] = "https://app.example/bye";
    });
  }
  ended_session();
  ASSERT_TRUE(*run(store.clients.remove(store::ClientId{"app"})));
  EXPECT_EQ(deliver(), std::vector{Outcome::unwanted});
  EXPECT_TRUE(receiver.requests.empty());
}

// The worker that took it went down with its process: another one finds it in the database.
TEST_F(BackChannel, RestartLosesNothing) {
  ended_session();
  ASSERT_EQ(run(back_channel.take(16))->size(), 1u);
  store::Database reopened{store_sqlite::make_connector(folder.file("test.db"))};
  store::Store store_after{reopened};
  BackChannelLogout after{
      store_after.logout_deliveries, clients, subjects, keys, pool, receiver, clock, random, settings};
  EXPECT_TRUE(run(after.take(16))->empty()) << "leased";
  clock.advance(BackChannelLogout::kLease);
  auto taken = run(after.take(16)).value();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(run(after.deliver(taken.front()))->outcome, Outcome::delivered);
}

}  // namespace
}  // namespace sigma::oauth::testing
