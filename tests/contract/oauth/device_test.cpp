#include "device_fixture.hpp"
#include "user_rows.hpp"

namespace sigma::oauth::testing {
namespace {

TEST_F(Device, StartAnswersAsTheContractSays) {
  const auto answer = try_start({{"client_id", "television"}, {"scope", "openid"}}).value();
  EXPECT_EQ(answer.size(), 6u);
  const auto [device_code, user_code] = codes_of(answer);
  EXPECT_EQ(device_code.size(), 40u);
  EXPECT_EQ(device_code.find_first_not_of(core::kLettersAndDigits), std::string::npos);
  ASSERT_EQ(user_code.size(), 9u);
  EXPECT_EQ(user_code[4], '-');
  EXPECT_EQ((user_code.substr(0, 4) + user_code.substr(5)).find_first_not_of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
            std::string::npos);
  EXPECT_EQ(answer.at("verification_uri"), "https://id.example/device");
  EXPECT_EQ(answer.at("verification_uri_complete"), "https://id.example/device?code=" + user_code);
  EXPECT_EQ(answer.at("expires_in"), 900);
  EXPECT_EQ(answer.at("interval"), 5);
}

TEST_F(Device, StartRefuses) {
  EXPECT_EQ(try_start({}).error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(try_start({{"client_id", "nobody"}}).error().code(), ErrorCode::invalid_client);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"client_id", "television"}}).error().code(),
            ErrorCode::invalid_request);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"scope", "openid everything"}}).error().code(),
            ErrorCode::invalid_scope);
  EXPECT_EQ(try_start({{"client_id", "television"}, {"scope", std::string(50'000, 'x')}}).error().code(),
            ErrorCode::invalid_scope);
  // Security case 39: a client with a key must show it, also to start.
  EXPECT_EQ(try_start({{"client_id", "app"}}).error().code(), ErrorCode::invalid_client);
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

// Security case 38.
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

TEST_F(Device, ThePersonChoosesTheIdentity) {
  const Codes codes = start();
  EXPECT_EQ(approve(codes.user_code, store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"}).error().code(),
            ErrorCode::access_denied);
  store::Profile second;
  second.bap_id = store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"};
  second.user_id = person.user.id;
  second.name = "Second";
  second.member_pubkey = bitcoin::PrivateKey::generate(random).public_key().hex();
  second.created_at = second.updated_at = clock.now();
  ASSERT_EQ(*run(store.users.add_profile(second)), store::ProfileAddition::done);
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
  ASSERT_TRUE(
      *run(store.consents.withdraw(person.user.id, consents.front().client_id, consents.front().bap_id, clock.now())));
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
  EXPECT_TRUE(run(token_sessions.find(text(first, "access_token"))).value());
  EXPECT_TRUE(run(token_sessions.find(text(*second, "access_token"))).value());
}

// Contract §5: valid at the session API too.
TEST_F(Device, TheTokenStandsForItsPersonAtTheSessionApi) {
  set_user(database, person.user.id, "email = 'ada@example.org'");
  const Codes codes = start("openid profile"), with_email = start("openid email");
  ASSERT_TRUE(approve(codes.user_code));
  ASSERT_TRUE(approve(with_email.user_code));
  const auto tokens = poll(codes).value();
  const auto found = run(token_sessions.find(text(tokens, "access_token"))).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user.id, person.user.id);
  EXPECT_EQ(found->session.active_bap_id, person.session.active_bap_id);
  EXPECT_FALSE(found->user.email) << "not among the scopes";
  EXPECT_EQ(run(token_sessions.find(text(poll(with_email).value(), "access_token"))).value()->user.email,
            "ada@example.org");

  // Nothing can be done through it: it is no session.
  EXPECT_FALSE(run(sessions.find(text(tokens, "access_token"))).value());
  clock.advance(settings.access_token_lifetime);
  EXPECT_FALSE(run(token_sessions.find(text(tokens, "access_token"))).value());
}

}  // namespace
}  // namespace sigma::oauth::testing
