// Pushed authorization requests (RFC 9126).
#include "engine.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Json;
using std::chrono::minutes;
using std::chrono::seconds;

class Pushed : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    person = sign_in().value();
  }

  Result<Json> push(std::vector<http::Form::Parameter> more = {}) {
    ClientCredentials credentials;
    credentials.form = authorization(std::move(more));
    credentials.raw_body = credentials.form.encode();
    credentials.x_auth_tokens = {token_for(*member_key, kPushedRequestPath, credentials.raw_body)};
    auto result = run(pushed_requests.push(std::move(credentials)));
    clock.advance(core::Milliseconds{2});
    return result;
  }
  std::string request_uri(std::vector<http::Form::Parameter> more = {}) {
    return push(std::move(more)).value()["request_uri"].get<std::string>();
  }
  AuthorizationOutcome open(const std::string& uri, const MaybeSession& session, const std::string& client = "app") {
    http::Form form;
    form.add("client_id", client);
    form.add("request_uri", uri);
    form.add("scope", "ignored");
    return run(authorizer.authorize(std::move(form), session)).value();
  }
  static ErrorCode shown(const AuthorizationOutcome& outcome) {
    const auto* error = std::get_if<ShowError>(&outcome);
    return error ? error->error.code() : ErrorCode::not_found;
  }
  void change_client(const std::function<void(store::Client&)>& change) {
    auto client = run(store.clients.find(store::ClientId{"app"})).value().value();
    change(client);
    ASSERT_TRUE(run(store.clients.update(client)).value());
  }

  SignedIn person;
};

TEST_F(Pushed, ReferenceLeadsToACodeOnce) {
  const auto answer = push({{"nonce", "n"}}).value();
  EXPECT_TRUE(answer["request_uri"].get<std::string>().starts_with(kPushedRequestPrefix));
  EXPECT_EQ(answer["expires_in"], 90);
  const auto outcome = open(answer["request_uri"].get<std::string>(), session_of(person));
  EXPECT_EQ(parameter(outcome, "state"), "s");
  EXPECT_TRUE(redeem(parameter(outcome, "code")));
  EXPECT_EQ(shown(open(answer["request_uri"].get<std::string>(), session_of(person))), ErrorCode::invalid_request_uri);
}

TEST_F(Pushed, UnknownExpiredAndForeignReferencesAreShownOnAPage) {
  EXPECT_EQ(shown(open(std::string(kPushedRequestPrefix) + "x", session_of(person))), ErrorCode::invalid_request_uri);
  store::Client other = run(store.clients.find(store::ClientId{"app"})).value().value();
  other.id = store::ClientId{"other"};
  ASSERT_TRUE(*run(store.clients.create(other)));
  const std::string uri = request_uri();
  EXPECT_EQ(shown(open(uri, session_of(person), "other")), ErrorCode::invalid_request_uri);
  clock.advance(seconds{90});
  EXPECT_EQ(shown(open(uri, session_of(person))), ErrorCode::invalid_request_uri);
}

TEST_F(Pushed, PersonWhoBeganInTimeMayTakeTheirTime) {
  change_client([](store::Client& client) { client.skip_consent = false; });
  const auto page =
      open(request_uri({{"claims", R"({"userinfo":{"email":null}})"}, {"ui_locales", "de"}}), session_of(person));
  const auto* consent = std::get_if<GoToPage>(&page);
  ASSERT_TRUE(consent);
  EXPECT_EQ(consent->path, "/consent");
  EXPECT_EQ(consent->oauth_query.find("code_challenge"), std::string::npos) << "what was pushed stays here";
  EXPECT_NE(consent->oauth_query.find("ui_locales=de"), std::string::npos) << "the pages speak it";
  EXPECT_NE(consent->oauth_query.find("ba_scope=openid+profile+offline_access+email"), std::string::npos);
  clock.advance(minutes{5});
  const auto outcome = run(authorizer.answer_consent(consent->oauth_query, {true, {}}, session_of(person))).value();
  EXPECT_FALSE(parameter(outcome, "code").empty());
}

TEST_F(Pushed, FaultsAreToldBeforeThePersonIsInvolved) {
  EXPECT_EQ(push({{"request_uri", "urn:x"}}).error().code(), ErrorCode::invalid_request);
  EXPECT_TRUE(push({{"request_uri", ""}})) << "an empty value is none (RFC 6749 §3.1)";
  EXPECT_EQ(push({{"resource", "https://unknown.example"}}).error().code(), ErrorCode::invalid_target);
  EXPECT_EQ(push({{"state", "twice"}}).error().code(), ErrorCode::invalid_request);
  change_client([](store::Client& client) { client.redirect_uris = {"https://elsewhere.example/cb"}; });
  EXPECT_EQ(push().error().code(), ErrorCode::invalid_request);
  ClientCredentials unsigned_request;
  unsigned_request.form = authorization();
  EXPECT_EQ(run(pushed_requests.push(std::move(unsigned_request))).error().code(), ErrorCode::invalid_client);
}

TEST_F(Pushed, ClientThatMustPushIsRefusedOtherwise) {
  change_client([](store::Client& client) { client.metadata["require_pushed_authorization_requests"] = true; });
  EXPECT_EQ(parameter(authorize(session_of(person)), "error"), "invalid_request");
  EXPECT_FALSE(parameter(open(request_uri(), session_of(person)), "code").empty());
}

TEST_F(Pushed, OtherReferencesAreNotFetched) {
  EXPECT_EQ(parameter(authorize(session_of(person), {{"request_uri", "https://evil.example/request"}}), "error"),
            "request_uri_not_supported");
}

}  // namespace
}  // namespace sigma::oauth::testing
