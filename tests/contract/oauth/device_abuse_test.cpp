#include "device_fixture.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "user_rows.hpp"

namespace sigma::oauth::testing {
namespace {

TEST_F(Device, Case17OnlyClientsOfThisGrantMayStart) {
  ClientCredentials request;
  request.form.add("client_id", "app");
  request.raw_body = request.form.encode();
  request.x_auth_tokens = {token_for(*member_key, "/api/auth/device/code", request.raw_body)};
  EXPECT_EQ(run(device.start(std::move(request), "/api/auth/device/code", "192.0.2.7")).error().code(),
            ErrorCode::unauthorized_client);
}

TEST_F(Device, Case39CodeBelongsToItsClient) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  const auto stolen = poll(codes, {}, "other-television");
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().code(), ErrorCode::invalid_grant);
  EXPECT_EQ(poll({"x" + codes.device_code, ""}).error().description(), stolen.error().description());
  EXPECT_TRUE(poll(codes)) << "and the theft changed nothing";
}

TEST_F(Device, ConfidentialClientsProveThemselves) {
  store::Client television = run(store.clients.find(store::ClientId{"television"})).value().value();
  television.auth_method = "client_secret_post";
  television.secrets = {{hash_secret("s3cret"), clock.now(), {}}};
  ASSERT_TRUE(*run(store.clients.update(television)));
  EXPECT_EQ(try_start({{"client_id", "television"}}).error().code(), ErrorCode::invalid_client);
  const auto answer = try_start({{"client_id", "television"}, {"client_secret", "s3cret"}}).value();
  const Codes codes = codes_of(answer);
  ASSERT_TRUE(approve(codes.user_code));
  EXPECT_EQ(poll_error(codes), ErrorCode::invalid_client);
  EXPECT_TRUE(poll(codes, {{"client_secret", "s3cret"}}));
}

TEST_F(Device, Case18ScopeNeverGrows) {
  const Codes codes = start("openid");
  ASSERT_TRUE(approve(codes.user_code));
  EXPECT_EQ(poll(codes, {{"scope", "openid email"}}).error().code(), ErrorCode::invalid_scope);
  EXPECT_EQ(poll(codes, {{"scope", "openid"}}).value().at("scope"), "openid");
}

TEST_F(Device, Case42ADisabledPersonIsDenied) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  set_user(database, person.user.id, "disabled = TRUE");
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_denied);
}

TEST_F(Device, ADisabledApplicationCannotBeApproved) {
  const Codes codes = start();
  store::Client television = run(store.clients.find(store::ClientId{"television"})).value().value();
  television.disabled = true;
  ASSERT_TRUE(*run(store.clients.update(television)));
  EXPECT_EQ(approve(codes.user_code).error().code(), ErrorCode::access_denied);
  EXPECT_EQ(poll_error(codes), ErrorCode::invalid_client);
}

// RFC 8628 §5.4: a person who compares the place finds out that somebody else started it.
TEST_F(Device, LookingSaysFromWhichNetworkTheDeviceAsked) {
  const auto asked_from = [&](const std::string& device_ip, const std::string& person_ip) {
    const Codes codes = codes_of(try_start({{"client_id", "television"}}, device_ip).value());
    EXPECT_FALSE(run(device.describe(codes.user_code, {std::nullopt, person_ip})).value().network) << "not signed in";
    const DeviceRequest seen = run(device.describe(codes.user_code, visitor(person_ip))).value();
    return std::pair{seen.network, seen.same_network};
  };
  using Place = std::pair<std::optional<std::string>, std::optional<bool>>;
  EXPECT_EQ(asked_from("192.0.2.7", "192.0.2.200"), (Place{"192.0.2.0/24", true}));
  EXPECT_EQ(asked_from("192.0.2.7", "198.51.100.9"), (Place{"192.0.2.0/24", false}));
  EXPECT_EQ(asked_from("2001:db8:1:2::3", "2001:db8:1:ffff::1"), (Place{"2001:db8:1::/48", true}));
  EXPECT_EQ(asked_from("2001:db8:1:2::3", "2001:db8:2::1"), (Place{"2001:db8:1::/48", false}));
  EXPECT_EQ(asked_from("2001:db8:1:2::3", "192.0.2.7"), (Place{"2001:db8:1::/48", std::nullopt}));
  EXPECT_EQ(asked_from("", "192.0.2.7"), (Place{std::nullopt, std::nullopt}));
}

TEST_F(Device, LookingSaysWhoAsksOnlyToSomebodySignedInAndClaimsNothing) {
  const Codes codes = start("openid email");
  const auto anonymous = run(device.describe(codes.user_code, {std::nullopt, "198.51.100.9"})).value();
  EXPECT_EQ(anonymous.status, store::DeviceCodeStatus::pending);
  EXPECT_FALSE(anonymous.client);
  EXPECT_TRUE(anonymous.scopes.empty());
  const auto seen = describe(codes.user_code).value();
  EXPECT_EQ(seen.client->name, "Television");
  EXPECT_EQ(seen.scopes, (Scopes{"openid", "email"}));
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending) << "GET approves nothing";

  // Another person may still answer.
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  person = sign_in().value();
  EXPECT_TRUE(approve(codes.user_code));
}

TEST_F(Device, ANoStaysANo) {
  const Codes codes = start();
  ASSERT_TRUE(deny(codes.user_code));
  EXPECT_FALSE(approve(codes.user_code));
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_denied);
  EXPECT_TRUE(run(store.consents.list(person.user.id)).value().empty()) << "and nothing is remembered as agreed";
}

TEST_F(Device, OfTwoAnswersAtOnceOneCounts) {
  const Codes codes = start();
  core::testing::EventLoop loop;
  auto yes = loop.start(device.approve(codes.user_code, {}, visitor()));
  auto again = loop.start(device.approve(codes.user_code, {}, visitor()));
  loop.run();
  EXPECT_NE(yes.get().has_value(), again.get().has_value());
  EXPECT_TRUE(poll(codes));
}

// One answer for every code that does not wait for this person.
TEST_F(Device, Case37UnknownExpiredAndUsedCodesLookAlike) {
  const Codes used = start(), denied = start(), expired = start();
  ASSERT_TRUE(approve(used.user_code));
  ASSERT_TRUE(deny(denied.user_code));
  EXPECT_EQ(describe(used.user_code).value().status, store::DeviceCodeStatus::approved) << "who answered may see how";
  EXPECT_EQ(describe(denied.user_code).value().status, store::DeviceCodeStatus::denied);
  const std::string again = approve(used.user_code).error().description();
  EXPECT_EQ(approve(denied.user_code).error().description(), again);

  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  person = sign_in().value();
  std::set<std::string> answers{again};
  for (const std::string& code :
       {used.user_code, denied.user_code, std::string("ABCD-2345"), std::string("no code at all")}) {
    const auto answer = describe(code);
    ASSERT_FALSE(answer) << code;
    EXPECT_EQ(answer.error().code(), ErrorCode::invalid_request);
    answers.insert(answer.error().description());
  }
  wait(minutes{15});
  answers.insert(describe(expired.user_code).error().description());
  answers.insert(approve(expired.user_code).error().description());
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(Device, Case37FiveWrongCodesAreEnough) {
  const Codes codes = start();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(describe(codes.user_code)) << "right codes do not count";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(describe("ABCD-2345").error().code(), ErrorCode::invalid_request);
  const auto throttled = describe(codes.user_code);
  ASSERT_FALSE(throttled);
  EXPECT_EQ(throttled.error().code(), ErrorCode::too_many_requests);
  ASSERT_TRUE(throttled.error().retry_after());
  EXPECT_EQ(*throttled.error().retry_after(), minutes{1}) << "then one more each minute";
  EXPECT_EQ(approve(codes.user_code).error().code(), ErrorCode::too_many_requests);

  // The person is known from any network and in any session, and the network with any session or none.
  EXPECT_EQ(run(device.describe(codes.user_code, visitor("203.0.113.1"))).error().code(), ErrorCode::too_many_requests);
  EXPECT_EQ(run(device.describe(codes.user_code, {std::nullopt, "198.51.100.9"})).error().code(),
            ErrorCode::too_many_requests);
  EXPECT_TRUE(run(device.describe(codes.user_code, {std::nullopt, "203.0.113.1"})));

  wait(minutes{5});
  EXPECT_TRUE(approve(codes.user_code));
}

// The neighbours in one IPv6 network are one guesser.
TEST_F(Device, Case37AnIpv6NetworkIsOneGuesser) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, fmt::format("2001:db8:1:2::{}", i)})).error().code(),
              ErrorCode::invalid_request);
  }
  EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, "2001:db8:1:2:ffff::1"})).error().code(),
            ErrorCode::too_many_requests);
  EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, "2001:db8:1:3::1"})).error().code(),
            ErrorCode::invalid_request);
}

TEST_F(Device, Case65AllSessionsOfAPersonAreOneGuesser) {
  for (int i = 0; i < 5; ++i) {
    person = sign_in().value();
    EXPECT_EQ(run(device.describe("ABCD-2345", visitor(fmt::format("203.0.113.{}", i)))).error().code(),
              ErrorCode::invalid_request);
  }
  person = sign_in().value();
  EXPECT_EQ(run(device.describe("ABCD-2345", visitor("203.0.113.99"))).error().code(), ErrorCode::too_many_requests);
}

// Guesses in flight count too.
TEST_F(Device, Case37ParallelGuessesCountOneByOne) {
  core::testing::EventLoop loop;
  std::vector<std::future<Result<DeviceRequest>>> guesses_in_flight;
  for (int i = 0; i < 100; ++i) {
    guesses_in_flight.push_back(loop.start(device.describe("ABCD-2345", visitor())));
  }
  loop.run();
  int wrong = 0;
  for (auto& guess : guesses_in_flight) wrong += guess.get().error().code() == ErrorCode::invalid_request ? 1 : 0;
  EXPECT_EQ(wrong, 5);
}

TEST_F(Device, Case43StartsOfOneNetworkAreLimited) {
  cache::MemoryRateLimiter small{clock, 160};
  AttemptLimiter few{small, "starts", {.limit = 60, .window = minutes{1}}};
  DeviceAuthorization limited{store, clients, device_authenticator, {few, guesses, alarm},
                              clock, random,  device_settings};
  const auto try_one = [&](const std::string& ip) {
    ClientCredentials request;
    request.form.add("client_id", "nobody");
    return run(limited.start(std::move(request), "/api/auth/device/code", ip)).error();
  };
  int let_through = 0;
  for (int i = 0; i < 10'000; ++i) let_through += try_one("192.0.2.7").code() == ErrorCode::invalid_client ? 1 : 0;
  EXPECT_EQ(let_through, 60);
  EXPECT_EQ(*try_one("192.0.2.7").retry_after(), std::chrono::seconds{1});
  for (int i = 0; i < 1'000; ++i) try_one(fmt::format("10.0.{}.{}", i / 256, i % 256));
  EXPECT_LE(small.keys(), 160u);
  wait(minutes{1});
  EXPECT_EQ(try_one("192.0.2.7").code(), ErrorCode::invalid_client);
}

TEST_F(Device, NobodyApprovesWithoutASession) {
  const Codes codes = start();
  EXPECT_EQ(run(device.approve(codes.user_code, {}, {std::nullopt, "192.0.2.7"})).error().code(),
            ErrorCode::unauthorized);
  EXPECT_EQ(run(device.deny(codes.user_code, {std::nullopt, "192.0.2.7"})).error().code(), ErrorCode::unauthorized);
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
}

TEST_F(Device, TokensOfOtherGrantsAreNoSessions) {
  const auto tokens = redeem(code_for(person)).value();
  EXPECT_FALSE(run(token_sessions.find(text(tokens, "access_token"))).value());
  EXPECT_FALSE(run(token_sessions.find(std::string(43, 'x'))).value());
}

// Contract §13.2.
TEST_F(Device, UnregisteredNamesMayAskWhenTheOperatorLetsThem) {
  EXPECT_EQ(try_start({{"client_id", "your-app-name"}}).error().code(), ErrorCode::invalid_client);
  device_settings.allow_unregistered_device_clients = true;
  TokenEndpoint open{device_authenticator, dpop, [&] {
                       std::vector<std::unique_ptr<Grant>> grants;
                       grants.push_back(std::make_unique<DeviceCodeGrant>(store, issuer, clock, settings));
                       return grants;
                     }()};
  const auto poll_open = [&](const std::string& device_code) {
    ClientCredentials request;
    request.form.add("grant_type", std::string(kDeviceCodeGrant));
    request.form.add("device_code", device_code);
    request.form.add("client_id", "your-app-name");
    return run(open.exchange(std::move(request)));
  };
  EXPECT_EQ(try_start({{"client_id", "not a name"}}).error().code(), ErrorCode::invalid_client);
  const auto answer = try_start({{"client_id", "your-app-name"}, {"scope", "openid offline_access"}}).value();
  EXPECT_EQ(poll_open(text(answer, "device_code")).error().code(), ErrorCode::authorization_pending);
  EXPECT_FALSE(run(store.clients.find(store::ClientId{"your-app-name"})).value())
      << "asking alone leaves no client behind";
  EXPECT_TRUE(is_unverified(*describe(text(answer, "user_code")).value().client));
  ASSERT_TRUE(approve(text(answer, "user_code")));
  const auto tokens = poll_open(text(answer, "device_code"));
  ASSERT_TRUE(tokens) << tokens.error().description();
  EXPECT_TRUE(tokens->contains("refresh_token"));
  EXPECT_TRUE(is_alive(*tokens));

  // From now on the operator has it in the list, and closing the door closes it for this name too.
  store::Client known = run(store.clients.find(store::ClientId{"your-app-name"})).value().value();
  EXPECT_TRUE(is_unverified(known));
  device_settings.allow_unregistered_device_clients = false;
  EXPECT_EQ(try_start({{"client_id", "your-app-name"}}).error().code(), ErrorCode::invalid_client);
  device_settings.allow_unregistered_device_clients = true;
  known.disabled = true;
  ASSERT_TRUE(*run(store.clients.update(known)));
  EXPECT_EQ(try_start({{"client_id", "your-app-name"}}).error().code(), ErrorCode::invalid_client);
  EXPECT_FALSE(is_alive(*tokens));
}

}  // namespace
}  // namespace sigma::oauth::testing
