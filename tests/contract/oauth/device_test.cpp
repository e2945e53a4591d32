#include "sigma/oauth/device/device_authorization.hpp"

#include "engine.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/sessions/token_sessions.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Device : public Engine {
 protected:
  struct Codes {
    std::string device_code, user_code;
  };
  static std::string text(const core::Json& answer, const char* member) { return answer.at(member).get<std::string>(); }
  static Codes codes_of(const core::Json& answer) { return {text(answer, "device_code"), text(answer, "user_code")}; }

  void SetUp() override {
    Engine::SetUp();
    store::Client television;
    television.id = store::ClientId{"television"};
    television.name = "Television";
    television.auth_method = "none";
    television.grant_types = {std::string(kDeviceCodeGrant), "refresh_token"};
    television.created_at = television.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(television)));
    television.id = store::ClientId{"other-television"};
    ASSERT_TRUE(*run(store.clients.create(television)));
    person = sign_in().value();
  }

  Result<core::Json> try_start(std::vector<http::Form::Parameter> parameters, const std::string& ip = "192.0.2.7") {
    ClientCredentials request;
    for (auto& [name, value] : parameters) request.form.add(name, value);
    return run(device.start(std::move(request), "/api/auth/device/code", ip));
  }
  Codes start(const std::string& scope = "openid profile offline_access") {
    return codes_of(try_start({{"client_id", "television"}, {"scope", scope}}).value());
  }

  Result<core::Json> poll(const Codes& codes, std::vector<http::Form::Parameter> more = {}, const std::string& client = "television") {
    ClientCredentials request;
    for (auto& [name, value] : std::vector<http::Form::Parameter>{{"grant_type", std::string(kDeviceCodeGrant)}, {"device_code", codes.device_code}, {"client_id", client}}) {
      request.form.add(name, value);
    }
    for (auto& [name, value] : more) request.form.add(name, value);
    return run(token.exchange(std::move(request)));
  }
  ErrorCode poll_error(const Codes& codes) {
    const auto answer = poll(codes);
    return answer ? ErrorCode::server_error : answer.error().code();
  }
  void wait(seconds time = seconds{5}) { clock.advance(time); }

  DeviceVisitor visitor(const std::string& ip = "198.51.100.9") { return {session_of(person), ip}; }
  Result<void> approve(const std::string& user_code, std::optional<store::BapId> bap_id = {}) {
    return run(device.approve(user_code, std::move(bap_id), visitor()));
  }
  Result<void> deny(const std::string& user_code) { return run(device.deny(user_code, visitor())); }
  Result<DeviceRequest> describe(const std::string& user_code) { return run(device.describe(user_code, visitor())); }
  core::Json claims_of(const core::Json& tokens) { return run(userinfo.describe(text(tokens, "access_token"))).value(); }

  Settings device_settings = settings;
  WindowLimiter starts{clock, {.max_attempts = 1'000, .window = minutes{1}}};
  WindowLimiter guesses{clock, {.max_attempts = 5, .window = minutes{5}}};
  WindowLimiter alarm{clock, {.max_attempts = 10, .window = minutes{5}}};
  ClientAuthenticator device_authenticator{store.clients, x_auth_token, assertions, clock, device_settings};
  DeviceAuthorization device{store, device_authenticator, {starts, guesses, alarm}, clock, random, device_settings};
  TokenSessions token_sessions{store, clock};
  SignedIn person;
};

TEST_F(Device, StartAnswersAsTheContractSays) {
  const auto answer = try_start({{"client_id", "television"}, {"scope", "openid"}}).value();
  EXPECT_EQ(answer.size(), 6u);
  const auto [device_code, user_code] = codes_of(answer);
  EXPECT_EQ(device_code.size(), 40u);
  EXPECT_EQ(device_code.find_first_not_of(core::kLettersAndDigits), std::string::npos);
  ASSERT_EQ(user_code.size(), 9u);
  EXPECT_EQ(user_code[4], '-');
  EXPECT_EQ((user_code.substr(0, 4) + user_code.substr(5)).find_first_not_of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), std::string::npos);
  EXPECT_EQ(answer.at("verification_uri"), "https://id.example/device");
  EXPECT_EQ(answer.at("verification_uri_complete"), "https://id.example/device?code=" + user_code);
  EXPECT_EQ(answer.at("expires_in"), 900);
  EXPECT_EQ(answer.at("interval"), 5);
}

TEST_F(Device, StartRefuses) {
  EXPECT_EQ(try_start({}).error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(try_start({{"client_id", "nobody"}}).error().code(), ErrorCode::invalid_client);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"client_id", "television"}}).error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"scope", "openid everything"}}).error().code(), ErrorCode::invalid_scope);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"scope", std::string(50'000, 'x')}}).error().code(), ErrorCode::invalid_scope);
  // Security case 39: a client with a key must show it, also to start.
  EXPECT_EQ(try_start({{"client_id", "app"}}).error().code(), ErrorCode::invalid_client);
}

// Security case 17.
TEST_F(Device, OnlyClientsOfThisGrantMayStart) {
  ClientCredentials request;
  request.form.add("client_id", "app");
  request.raw_body = request.form.encode();
  request.x_auth_tokens = {token_for(*member_key, "/api/auth/device/code", request.raw_body)};
  EXPECT_EQ(run(device.start(std::move(request), "/api/auth/device/code", "192.0.2.7")).error().code(), ErrorCode::unauthorized_client);
}

TEST_F(Device, ApprovedDeviceGetsRealTokens) {
  const Codes codes = start();
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
  ASSERT_TRUE(approve(codes.user_code));
  wait();
  const auto tokens = poll(codes);
  ASSERT_TRUE(tokens) << tokens.error().description();
  EXPECT_EQ(tokens->at("token_type"), "Bearer");
  EXPECT_EQ(tokens->at("scope"), "openid profile offline_access");
  EXPECT_TRUE(tokens->contains("id_token"));
  ASSERT_TRUE(tokens->contains("refresh_token"));
  const auto claims = claims_of(*tokens);
  EXPECT_EQ(claims.at("sub"), person.user.id.str());
  EXPECT_EQ(claims.at("bap_id"), person.session.active_bap_id->str());
  EXPECT_EQ(claims.at("pubkey"), person_key->public_key().hex());

  // Security case 38: after success, a second poll.
  EXPECT_EQ(poll_error(codes), ErrorCode::invalid_grant);
  EXPECT_TRUE(is_alive(*tokens));
}

TEST_F(Device, NoScopeMeansOpenidProfile) {
  const auto answer = try_start({{"client_id", "television"}}).value();
  const Codes codes = codes_of(answer);
  ASSERT_TRUE(approve(codes.user_code));
  const auto tokens = poll(codes).value();
  EXPECT_EQ(tokens.at("scope"), "openid profile");
  EXPECT_FALSE(tokens.contains("refresh_token"));
}

// Security case 38.
TEST_F(Device, PollingTooFastIsSlowedDown) {
  const Codes codes = start();
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
  wait(seconds{4});
  const auto early = poll(codes);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code(), ErrorCode::slow_down);
  EXPECT_NE(early.error().description().find("10 seconds"), std::string::npos);
  wait(seconds{9});
  EXPECT_EQ(poll_error(codes), ErrorCode::slow_down);
  wait(seconds{15});
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
  ASSERT_TRUE(approve(codes.user_code));
  EXPECT_TRUE(poll(codes)) << "slow_down is a kind of pending (RFC 8628 §3.5)";
}

TEST_F(Device, FinalAnswersStayTheSame) {
  const Codes denied = start();
  ASSERT_TRUE(deny(denied.user_code));
  const Codes expired = start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(poll_error(denied), ErrorCode::authorization_denied);
    wait(minutes{i == 0 ? 15 : 1});
    EXPECT_EQ(poll_error(expired), ErrorCode::expired_token);
    ASSERT_TRUE(run(store.maintenance.remove_expired(clock.now(), 100)));
  }
  EXPECT_EQ(traits(ErrorCode::authorization_denied).name, "access_denied");
  EXPECT_EQ(traits(ErrorCode::authorization_denied).status, 400);
}

TEST_F(Device, ApprovalThatIsNotCollectedExpires) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  wait(minutes{15});
  EXPECT_EQ(poll_error(codes), ErrorCode::expired_token);
}

// Security case 39.
TEST_F(Device, CodeBelongsToItsClient) {
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

// Security case 18.
TEST_F(Device, ScopeNeverGrows) {
  const Codes codes = start("openid");
  ASSERT_TRUE(approve(codes.user_code));
  EXPECT_EQ(poll(codes, {{"scope", "openid email"}}).error().code(), ErrorCode::invalid_scope);
  EXPECT_EQ(poll(codes, {{"scope", "openid"}}).value().at("scope"), "openid");
}

// Security case 42.
TEST_F(Device, ADisabledPersonIsDenied) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  store::User user = person.user;
  user.disabled = true;
  ASSERT_TRUE(run(store.users.update(user)));
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

TEST_F(Device, ThePersonChoosesTheIdentity) {
  const Codes codes = start();
  EXPECT_EQ(approve(codes.user_code, store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"}).error().code(), ErrorCode::access_denied);
  store::Profile second;
  second.bap_id = store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"};
  second.user_id = person.user.id;
  second.name = "Second";
  second.member_pubkey = bitcoin::PrivateKey::generate(random).public_key().hex();
  second.created_at = second.updated_at = clock.now();
  ASSERT_TRUE(*run(store.users.save_profile(second)));
  ASSERT_TRUE(approve(codes.user_code, second.bap_id));
  const auto claims = claims_of(poll(codes).value());
  EXPECT_EQ(claims.at("bap_id"), second.bap_id.str());
  EXPECT_EQ(claims.at("pubkey"), second.member_pubkey);
}

TEST_F(Device, CodesAreReadAsPeopleTypeThem) {
  const Codes codes = start();
  std::string typed = core::to_lower_ascii(codes.user_code);
  typed.replace(4, 1, " ");
  EXPECT_EQ(describe("  " + typed + " ").value().user_code, codes.user_code);
  typed.erase(4, 1);
  ASSERT_TRUE(approve(typed));
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

// Security case 37: one answer for every code that does not wait for this person.
TEST_F(Device, UnknownExpiredAndUsedCodesLookAlike) {
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
  for (const std::string& code : {used.user_code, denied.user_code, std::string("ABCD-2345"), std::string("no code at all")}) {
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

// Security case 37.
TEST_F(Device, FiveWrongCodesAreEnough) {
  const Codes codes = start();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(describe(codes.user_code)) << "right codes do not count";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(describe("ABCD-2345").error().code(), ErrorCode::invalid_request);
  const auto throttled = describe(codes.user_code);
  ASSERT_FALSE(throttled);
  EXPECT_EQ(throttled.error().code(), ErrorCode::too_many_requests);
  ASSERT_TRUE(throttled.error().retry_after());
  EXPECT_EQ(*throttled.error().retry_after(), minutes{5});
  EXPECT_EQ(approve(codes.user_code).error().code(), ErrorCode::too_many_requests);

  // The session is known from any network, and the network with any session or none.
  EXPECT_EQ(run(device.describe(codes.user_code, visitor("203.0.113.1"))).error().code(), ErrorCode::too_many_requests);
  EXPECT_EQ(run(device.describe(codes.user_code, {std::nullopt, "198.51.100.9"})).error().code(), ErrorCode::too_many_requests);
  EXPECT_TRUE(run(device.describe(codes.user_code, {std::nullopt, "203.0.113.1"})));

  wait(minutes{5});
  EXPECT_TRUE(approve(codes.user_code));
}

// Security case 37: the neighbours in one IPv6 network are one guesser.
TEST_F(Device, AnIpv6NetworkIsOneGuesser) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, fmt::format("2001:db8:1:2::{}", i)})).error().code(), ErrorCode::invalid_request);
  }
  EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, "2001:db8:1:2:ffff::1"})).error().code(), ErrorCode::too_many_requests);
  EXPECT_EQ(run(device.describe("ABCD-2345", {std::nullopt, "2001:db8:1:3::1"})).error().code(), ErrorCode::invalid_request);
}

// Security case 37: guesses in flight count too.
TEST_F(Device, ParallelGuessesCountOneByOne) {
  boost::asio::io_context context;
  std::vector<std::future<Result<DeviceRequest>>> guesses_in_flight;
  for (int i = 0; i < 100; ++i) {
    guesses_in_flight.push_back(boost::asio::co_spawn(context, device.describe("ABCD-2345", visitor()), boost::asio::use_future));
  }
  context.run();
  int wrong = 0;
  for (auto& guess : guesses_in_flight) wrong += guess.get().error().code() == ErrorCode::invalid_request ? 1 : 0;
  EXPECT_EQ(wrong, 5);
}

// Security case 43.
TEST_F(Device, StartsOfOneNetworkAreLimited) {
  WindowLimiter few{clock, {.max_attempts = 60, .window = minutes{1}, .max_keys = 100}};
  DeviceAuthorization limited{store, device_authenticator, {few, guesses, alarm}, clock, random, device_settings};
  const auto try_one = [&](const std::string& ip) {
    ClientCredentials request;
    request.form.add("client_id", "nobody");
    return run(limited.start(std::move(request), "/api/auth/device/code", ip)).error();
  };
  int let_through = 0;
  for (int i = 0; i < 10'000; ++i) let_through += try_one("192.0.2.7").code() == ErrorCode::invalid_client ? 1 : 0;
  EXPECT_EQ(let_through, 60);
  EXPECT_EQ(*try_one("192.0.2.7").retry_after(), minutes{1});
  for (int i = 0; i < 1'000; ++i) try_one(fmt::format("10.0.{}.{}", i / 256, i % 256));
  EXPECT_LE(few.remembered_keys(), 100u);
  wait(minutes{1});
  EXPECT_EQ(try_one("192.0.2.7").code(), ErrorCode::invalid_client);
}

TEST_F(Device, NobodyApprovesWithoutASession) {
  const Codes codes = start();
  EXPECT_EQ(run(device.approve(codes.user_code, {}, {std::nullopt, "192.0.2.7"})).error().code(), ErrorCode::unauthorized);
  EXPECT_EQ(run(device.deny(codes.user_code, {std::nullopt, "192.0.2.7"})).error().code(), ErrorCode::unauthorized);
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
}

TEST_F(Device, SignOutBeforeTheDevicePollsWithdrawsTheApproval) {
  const Codes codes = start("openid"), offline = start("openid offline_access");
  ASSERT_TRUE(approve(codes.user_code));
  ASSERT_TRUE(approve(offline.user_code));
  ASSERT_TRUE(run(sessions.sign_out(person.session.id)));
  EXPECT_EQ(poll_error(codes), ErrorCode::invalid_grant);
  EXPECT_TRUE(poll(offline));
}

TEST_F(Device, ConsentIsRememberedAndItsWithdrawalEndsTheTokens) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  const auto tokens = poll(codes).value();
  const auto consents = run(store.consents.list(person.user.id)).value();
  ASSERT_EQ(consents.size(), 1u);
  EXPECT_EQ(consents.front().client_id.str(), "television");
  ASSERT_TRUE(*run(store.consents.withdraw(person.user.id, consents.front().client_id, consents.front().bap_id, clock.now())));
  EXPECT_FALSE(is_alive(tokens));
}

TEST_F(Device, RefreshedTokensAreTheSameKind) {
  const Codes codes = start();
  ASSERT_TRUE(approve(codes.user_code));
  const auto first = poll(codes).value();
  ClientCredentials request;
  request.form.add("grant_type", "refresh_token");
  request.form.add("refresh_token", text(first, "refresh_token"));
  request.form.add("client_id", "television");
  const auto second = run(token.exchange(std::move(request)));
  ASSERT_TRUE(second) << second.error().description();
  EXPECT_TRUE(is_alive(*second));
  EXPECT_FALSE(run(token_sessions.find(text(first, "access_token"))).value());
  EXPECT_TRUE(run(token_sessions.find(text(*second, "access_token"))).value());
}

// Contract §5: valid at the session API too.
TEST_F(Device, TheTokenStandsForItsPersonAtTheSessionApi) {
  store::User user = person.user;
  user.email = "ada@example.org";
  ASSERT_TRUE(run(store.users.update(user)));
  const Codes codes = start("openid profile"), with_email = start("openid email");
  ASSERT_TRUE(approve(codes.user_code));
  ASSERT_TRUE(approve(with_email.user_code));
  const auto tokens = poll(codes).value();
  const auto found = run(token_sessions.find(text(tokens, "access_token"))).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user.id, person.user.id);
  EXPECT_EQ(found->session.active_bap_id, person.session.active_bap_id);
  EXPECT_FALSE(found->user.email) << "not among the scopes";
  EXPECT_EQ(run(token_sessions.find(text(poll(with_email).value(), "access_token"))).value()->user.email, "ada@example.org");

  // Nothing can be done through it: it is no session.
  EXPECT_FALSE(run(sessions.find(text(tokens, "access_token"))).value());
  clock.advance(settings.access_token_lifetime);
  EXPECT_FALSE(run(token_sessions.find(text(tokens, "access_token"))).value());
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
  TokenEndpoint open{device_authenticator, [&] {
                       std::vector<std::unique_ptr<Grant>> grants;
                       grants.push_back(std::make_unique<DeviceCodeGrant>(store, issuer, clock));
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
  EXPECT_FALSE(run(store.clients.find(store::ClientId{"your-app-name"})).value()) << "asking alone leaves no client behind";
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
