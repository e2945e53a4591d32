// Access that is withdrawn while it is being given: at the moment when a secret is made, after what was decided was
// read and before anything is stored.
#include "device_fixture.hpp"
#include "sigma/oauth/grants/authorization_code.hpp"

namespace sigma::oauth::testing {
namespace {

/// Once, when somebody asks for bytes, something else happens first.
class Interruption final : public core::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    if (const auto happens = std::exchange(happens_, nullptr)) happens();
    random_.fill(out);
  }
  void next(std::function<void()> happens) { happens_ = std::move(happens); }

 private:
  crypto::SystemRandom random_;
  std::function<void()> happens_;
};

class Withdrawal : public Device {
 protected:
  void SetUp() override {
    Device::SetUp();
    auto client = *run(store.clients.find(store::ClientId{"app"})).value();
    client.skip_consent = false;
    ASSERT_TRUE(*run(store.clients.update(client)));
  }

  std::string page_of(const AuthorizationOutcome& outcome) {
    const auto* page = std::get_if<GoToPage>(&outcome);
    return page ? page->path : "";
  }
  std::string consent_page() {
    return std::get<GoToPage>(run(authorizer.authorize(authorization(), session_of(person))).value()).oauth_query;
  }
  AuthorizationOutcome agree() {
    return run(interrupted.answer_consent(consent_page(), {true, {}}, session_of(person))).value();
  }
  AuthorizationOutcome ask(std::vector<http::Form::Parameter> more = {}) {
    return run(interrupted.authorize(authorization(std::move(more)), session_of(person))).value();
  }
  void withdraw() {
    for (const store::Consent& consent : run(store.consents.list(person.user.id)).value())
      ASSERT_TRUE(*run(store.consents.withdraw(person.user.id, consent.client_id, consent.bap_id, clock.now())));
  }
  void narrow() {
    for (const store::Consent& consent : run(store.consents.list(person.user.id)).value())
      ASSERT_TRUE(run(consents.narrow(person.user.id, consent_id(consent), {"openid"})));
  }

  /// The grant alone: the client is proven.
  Result<core::Json> redeem_with(TokenIssuer& minting, const std::string& code) {
    AuthorizationCodeGrant grant(store, live_tokens, minting, clock, settings);
    TokenRequest request;
    request.client = *run(store.clients.find(store::ClientId{"app"})).value();
    for (const auto& [name, value] : std::vector<http::Form::Parameter>{
             {"code", code}, {"redirect_uri", "https://app.example/cb"}, {"code_verifier", kVerifier}})
      request.form.add(name, value);
    event = {.type = AuditType::token_issued};
    request.audit = &event;
    return run(grant.exchange(std::move(request)));
  }

  Interruption interruption;
  Authorizer interrupted{store,    clients, pushed_requests, handover,       keys,
                         subjects, clock,   interruption,    device_settings};
  TokenIssuer slow_issuer{keys, subjects, pool, clock, interruption, device_settings};
  DeviceAuthorization slow_device{store, clients,      device_authenticator, {starts, guesses, alarm},
                                  clock, interruption, device_settings};
  AuditEvent event{.type = AuditType::token_issued};
};

TEST_F(Withdrawal, ACodeIsNotGivenOnAConsentThatIsWithdrawnMeanwhile) {
  ASSERT_FALSE(parameter(agree(), "code").empty());
  interruption.next([this] { withdraw(); });
  EXPECT_EQ(page_of(ask()), "/consent");

  ASSERT_FALSE(parameter(agree(), "code").empty());
  interruption.next([this] { withdraw(); });
  EXPECT_EQ(parameter(ask({{"prompt", "none"}}), "error"), "consent_required");

  interruption.next([this] { withdraw(); });
  EXPECT_EQ(page_of(agree()), "/consent") << "the answer itself is withdrawn in another tab";
}

TEST_F(Withdrawal, ACodeIsNotGivenOnAConsentThatIsNarrowedMeanwhile) {
  ASSERT_FALSE(parameter(agree(), "code").empty());
  interruption.next([this] { narrow(); });
  EXPECT_EQ(page_of(ask()), "/consent");
}

TEST_F(Withdrawal, AConsentThatGrowsMeanwhileStillCounts) {
  ASSERT_FALSE(parameter(agree(), "code").empty());
  interruption.next([this] {
    auto more = run(store.consents.list(person.user.id)).value().front();
    more.scopes = {"email"};
    ASSERT_TRUE(run(store.consents.remember(more)));
  });
  EXPECT_FALSE(parameter(ask(), "code").empty());
}

TEST_F(Withdrawal, APushedRequestIsStillGoodOnTheConsentPage) {
  ASSERT_FALSE(parameter(agree(), "code").empty());
  ClientCredentials credentials;
  credentials.form = authorization();
  credentials.raw_body = credentials.form.encode();
  credentials.x_auth_tokens = {token_for(*member_key, kPushedRequestPath, credentials.raw_body)};
  const auto pushed = run(pushed_requests.push(std::move(credentials))).value();
  http::Form form;
  form.add("client_id", "app");
  form.add("request_uri", pushed["request_uri"].get<std::string>());
  interruption.next([this] { withdraw(); });
  const auto asked = run(interrupted.authorize(std::move(form), session_of(person))).value();
  ASSERT_EQ(page_of(asked), "/consent");
  const auto answered =
      run(interrupted.answer_consent(std::get<GoToPage>(asked).oauth_query, {true, {}}, session_of(person)));
  EXPECT_FALSE(parameter(*answered, "code").empty());
}

TEST_F(Withdrawal, ARevokedCodeIsRefusedAndIsNoReuse) {
  const std::string code = parameter(agree(), "code");
  withdraw();
  const auto refused = redeem_with(issuer, code);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_grant);
  EXPECT_NE(refused.error().description().find("withdrawn"), std::string::npos) << refused.error().description();
  EXPECT_EQ(event.type, AuditType::token_issued) << "nobody used anything twice";
}

TEST_F(Withdrawal, ACodeRevokedDuringItsExchangeIsRefusedAndIsNoReuse) {
  const std::string code = parameter(agree(), "code");
  interruption.next([this] { withdraw(); });
  const auto refused = redeem_with(slow_issuer, code);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().description().find("withdrawn"), std::string::npos) << refused.error().description();
  EXPECT_EQ(event.type, AuditType::token_issued);
}

TEST_F(Withdrawal, ACodeUsedDuringItsExchangeIsReuse) {
  const std::string code = parameter(agree(), "code");
  Result<core::Json> first = Error{ErrorCode::server_error, ""};
  interruption.next([&] { first = redeem(code); });
  const auto second = redeem_with(slow_issuer, code);
  ASSERT_TRUE(first);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().description().find("used before"), std::string::npos) << second.error().description();
  EXPECT_EQ(event.type, AuditType::reuse_detected);
  EXPECT_FALSE(is_alive(*first));
}

TEST_F(Withdrawal, ADeviceIsNotSignedInByWhoSignsOutOrWithdrawsMeanwhile) {
  Codes codes = start();
  interruption.next([this] { withdraw(); });
  EXPECT_EQ(run(slow_device.approve(codes.user_code, {}, visitor())).error().code(), ErrorCode::access_denied);
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending) << "it can still be approved";

  const DeviceVisitor leaving = visitor();
  interruption.next([this] { ASSERT_TRUE(run(sessions.sign_out(person.session.id))); });
  EXPECT_EQ(run(slow_device.approve(codes.user_code, {}, leaving)).error().code(), ErrorCode::access_denied);
  wait();
  EXPECT_EQ(poll_error(codes), ErrorCode::authorization_pending);
}

TEST_F(Withdrawal, ATokenThatStandsForASessionApprovesADeviceWhileItLives) {
  const Codes first = start(), second = start(), third = start();
  ASSERT_TRUE(approve(first.user_code));
  const auto tokens = poll(first).value();
  const DeviceVisitor by_token{run(token_sessions.find(text(tokens, "access_token"))).value(), "198.51.100.9"};
  ASSERT_TRUE(by_token.session);
  ASSERT_TRUE(run(device.approve(second.user_code, {}, by_token)));
  interruption.next([&] {
    ASSERT_TRUE(run(store.tokens.revoke_grant(store::GrantId{by_token.session->session.id.str()}, clock.now())));
  });
  EXPECT_EQ(run(slow_device.approve(third.user_code, {}, by_token)).error().code(), ErrorCode::access_denied);
}

}  // namespace
}  // namespace sigma::oauth::testing
