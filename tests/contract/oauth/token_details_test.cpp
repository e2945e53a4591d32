// What tokens say and for whom: resources (RFC 8707, RFC 9068), exchange (RFC 8693), the claims parameter, hints and
// pairwise subjects (OpenID Connect Core §5.5, §8).
#include "engine.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Json;
using std::chrono::minutes;

class TokenDetails : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    person = sign_in().value();
    service_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
    store::Client service;
    service.id = store::ClientId{"service"};
    service.name = "Service";
    service.auth_method = "x_auth_token";
    service.grant_types = {std::string(kTokenExchangeGrant), "client_credentials"};
    service.member_keys = {{service_key->public_key().hex(), {}, {}}};
    service.metadata["resources"] = {"https://api.example/"};
    service.created_at = service.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(service)));
  }

  void change_client(const std::string& id, const std::function<void(store::Client&)>& change) {
    auto client = run(store.clients.find(store::ClientId{id})).value().value();
    change(client);
    ASSERT_TRUE(run(store.clients.update(client)).value());
  }
  /// The person's yes to "app", for the identity they use now.
  void consent_to(Scopes scopes) {
    const core::UtcTime now = clock.now();
    ASSERT_TRUE(run(store.consents.remember(
        {person.user.id, store::ClientId{"app"}, person.session.active_bap_id, std::move(scopes), now, now})));
  }
  std::string code(std::vector<http::Form::Parameter> more = {}) {
    return parameter(authorize(session_of(person), std::move(more)), "code");
  }
  Json claims_of(const Json& jwt) { return jose::decode_jwt(jwt.get<std::string>()).value().claims; }
  Json describe(const Json& answer) {
    return run(userinfo.describe({answer.at("access_token").get<std::string>(), false, {}})).value();
  }
  Result<Json> swap(const Json& subject_token, std::vector<http::Form::Parameter> more = {},
                    const std::string& client = "service") {
    std::vector<http::Form::Parameter> parameters = {{"grant_type", std::string(kTokenExchangeGrant)},
                                                     {"subject_token", subject_token.get<std::string>()},
                                                     {"subject_token_type", std::string(kAccessTokenType)},
                                                     {"client_id", client}};
    parameters.insert(parameters.end(), more.begin(), more.end());
    return exchange(parameters, client == "service" ? service_key.get() : nullptr);
  }
  Json introspect(const Json& token_text, const std::string& client, const bitcoin::PrivateKey& key) {
    ClientCredentials credentials;
    credentials.form.add("token", token_text.get<std::string>());
    credentials.form.add("client_id", client);
    credentials.raw_body = credentials.form.encode();
    credentials.x_auth_tokens = {token_for(key, kIntrospectPath, credentials.raw_body)};
    auto answer = run(token_status.introspect(std::move(credentials))).value();
    clock.advance(core::Milliseconds{2});
    return answer;
  }

  SignedIn person;
  std::unique_ptr<bitcoin::PrivateKey> service_key;
};

TEST_F(TokenDetails, TokenForAResourceIsAJwtThatAlsoOpensUserinfo) {
  const auto answer = redeem(code({{"resource", "https://api.example"}})).value();
  const auto jwt = jose::decode_jwt(answer["access_token"].get<std::string>()).value();
  EXPECT_EQ(jwt.header["typ"], "at+jwt");
  EXPECT_EQ(jwt.claims["iss"], settings.issuer);
  EXPECT_EQ(jwt.claims["aud"], Json({"https://api.example/", "https://id.example/api/auth/oauth2/userinfo"}));
  EXPECT_EQ(jwt.claims["client_id"], "app");
  EXPECT_EQ(jwt.claims["sub"], person.user.id.str());
  EXPECT_EQ(jwt.claims["scope"], answer["scope"]);
  EXPECT_EQ(describe(answer)["sub"], person.user.id.str());
  EXPECT_EQ(introspect(answer["access_token"], "service", *service_key)["active"], true) << "it serves that resource";
  EXPECT_EQ(introspect(redeem(code()).value()["access_token"], "service", *service_key)["active"], false);
}

TEST_F(TokenDetails, ResourcesAreKnownGrantedAndNarrowed) {
  EXPECT_EQ(parameter(authorize(session_of(person), {{"resource", "https://evil.example"}}), "error"),
            "invalid_target");
  EXPECT_EQ(
      redeem(code({{"resource", "https://api.example/"}}), {{"resource", "https://files.example/v1"}}).error().code(),
      ErrorCode::invalid_target);
  const auto both = redeem(code({{"resource", "https://api.example/"}, {"resource", "https://files.example/v1"}}),
                           {{"resource", "https://files.example/v1"}})
                        .value();
  EXPECT_EQ(claims_of(both["access_token"])["aud"][0], "https://files.example/v1");
  const auto refreshed = refresh(both["refresh_token"], {{"resource", "https://api.example/"}}).value();
  EXPECT_EQ(claims_of(refreshed["access_token"])["aud"][0], "https://api.example/");
  const auto late = redeem(code(), {{"resource", "https://api.example"}}).value();
  EXPECT_EQ(claims_of(late["access_token"])["aud"][0], "https://api.example/");
  EXPECT_EQ(refresh(late["refresh_token"], {{"resource", "https://files.example/v1"}}).error().code(),
            ErrorCode::invalid_target)
      << "what the exchange narrowed stays narrow";
}

TEST_F(TokenDetails, ClientMayAlwaysWantJwts) {
  change_client("app", [](store::Client& client) { client.metadata["access_token_format"] = "jwt"; });
  const auto first = redeem(code()).value();
  EXPECT_EQ(claims_of(first["access_token"])["aud"], settings.issuer);
  EXPECT_TRUE(is_alive(first));
  const auto second = redeem(code()).value();
  EXPECT_NE(first["access_token"], second["access_token"]) << "same second, same person: still two tokens";
}

TEST_F(TokenDetails, ServiceActsForThePersonWithLess) {
  const auto original = redeem(code({{"resource", "https://api.example/"}})).value();
  const auto swapped =
      swap(original["access_token"], {{"scope", "profile"}, {"resource", "https://files.example/v1"}}).value();
  EXPECT_EQ(swapped["issued_token_type"], kJwtTokenType);
  EXPECT_FALSE(swapped.contains("refresh_token"));
  const Json claims = claims_of(swapped["access_token"]);
  EXPECT_EQ(claims["sub"], person.user.id.str());
  EXPECT_EQ(claims["client_id"], "service");
  EXPECT_EQ(claims["scope"], "profile");
  EXPECT_EQ(claims["act"], Json({{"client_id", "service"}, {"sub", "service"}}));
  EXPECT_LE(claims["exp"], claims_of(original["access_token"])["exp"]);

  const Json token_text = swapped["access_token"];
  EXPECT_EQ(introspect(token_text, "service", *service_key)["act"]["sub"], "service");
  ASSERT_TRUE(run(sessions.sign_out(person.session.id)));
  EXPECT_EQ(introspect(token_text, "service", *service_key)["active"], true) << "offline_access was granted";
}

TEST_F(TokenDetails, ExchangedTokenDiesWithItsGrant) {
  const auto original = redeem(code({{"resource", "https://api.example/"}})).value();
  const auto swapped = swap(original["access_token"]).value();
  ASSERT_TRUE(run(store.consents.withdraw(person.user.id, store::ClientId{"app"}, {}, clock.now())));
  EXPECT_EQ(introspect(swapped["access_token"], "service", *service_key)["active"], false);
  EXPECT_EQ(swap(original["access_token"]).error().code(), ErrorCode::invalid_request);
}

TEST_F(TokenDetails, StrangersMayNotExchange) {
  const auto original = redeem(code()).value();
  EXPECT_EQ(swap(original["access_token"]).error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(swap("unknown").error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(swap(original["access_token"], {}, "app").error().code(), ErrorCode::unauthorized_client);
  change_client("app", [](store::Client& client) { client.metadata["may_act"] = "service"; });
  const auto allowed = swap(redeem(code()).value()["access_token"]);
  EXPECT_TRUE(allowed) << allowed.error().description();
}

TEST_F(TokenDetails, ExchangeNeverGivesMore) {
  change_client("app", [](store::Client& client) { client.metadata["may_act"] = "service"; });
  const auto original = redeem(code()).value();
  EXPECT_EQ(swap(original["access_token"], {{"scope", "openid email"}}).error().code(), ErrorCode::invalid_scope);
  EXPECT_EQ(swap(original["access_token"], {{"scope", "offline_access"}}).error().code(), ErrorCode::invalid_scope);
  EXPECT_EQ(swap(original["access_token"], {{"resource", "https://evil.example"}}).error().code(),
            ErrorCode::invalid_target);
  EXPECT_EQ(swap(original["access_token"], {{"requested_token_type", "urn:ietf:params:oauth:token-type:saml2"}})
                .error()
                .code(),
            ErrorCode::invalid_request);
}

TEST_F(TokenDetails, HandsAreRecordedAndCounted) {
  change_client("app", [](store::Client& client) { client.metadata["may_act"] = "service"; });
  Json token_text = redeem(code()).value()["access_token"];
  token_text = swap(token_text).value()["access_token"];
  const auto own =
      exchange({{"grant_type", "client_credentials"}, {"client_id", "service"}}, service_key.get()).value();
  for (int hands = 1; hands < 4; ++hands) {
    const auto next = swap(token_text, {{"actor_token", own["access_token"].get<std::string>()},
                                        {"actor_token_type", std::string(kAccessTokenType)}});
    ASSERT_TRUE(next) << next.error().description();
    token_text = next->at("access_token");
  }
  EXPECT_EQ(introspect(token_text, "service", *service_key)["act"]["act"]["act"]["act"]["sub"], "service");
  EXPECT_EQ(swap(token_text, {{"actor_token", own["access_token"].get<std::string>()},
                              {"actor_token_type", std::string(kAccessTokenType)}})
                .error()
                .code(),
            ErrorCode::invalid_request);
}

TEST_F(TokenDetails, ClaimsAreGivenByNameWhereTheyWereAskedFor) {
  http::Form plain;
  const http::Form usual = authorization();
  for (const auto& [name, value] : usual.parameters()) plain.add(name, name == "scope" ? "openid" : value);
  plain.add("claims", R"({"userinfo":{"name":{"essential":true},"nope":null},"id_token":{"bap_name":null}})");
  const auto outcome = run(authorizer.authorize(plain, session_of(person))).value();
  const auto tokens = redeem(parameter(outcome, "code")).value();
  EXPECT_TRUE(describe(tokens).contains("name"));
  EXPECT_FALSE(describe(tokens).contains("picture"));
  const Json id_token = claims_of(tokens["id_token"]);
  EXPECT_TRUE(id_token.contains("bap_name"));
  EXPECT_FALSE(id_token.contains("name"));
}

TEST_F(TokenDetails, ClaimsNeedTheConsentOfTheirScope) {
  change_client("app", [](store::Client& client) { client.skip_consent = false; });
  consent_to({"openid", "profile", "offline_access"});
  EXPECT_FALSE(code().empty());
  const std::vector<http::Form::Parameter> wish = {{"claims", R"({"userinfo":{"email":null}})"}};
  const auto page = authorize(session_of(person), wish);
  ASSERT_TRUE(std::get_if<GoToPage>(&page));
  const auto allowed =
      run(authorizer.answer_consent(std::get<GoToPage>(page).oauth_query, {true, {}}, session_of(person))).value();
  EXPECT_FALSE(parameter(allowed, "code").empty());
  const auto consent = run(store.consents.find(person.user.id, store::ClientId{"app"}, person.session.active_bap_id));
  EXPECT_EQ(join_scopes(consent.value()->scopes), "openid profile offline_access email");
  EXPECT_FALSE(code(wish).empty()) << "remembered";
}

TEST_F(TokenDetails, ClaimsMustBeWellFormedAndAcrOneOfOurs) {
  const auto error = [&](const char* claims) {
    return parameter(authorize(session_of(person), {{"claims", claims}}), "error");
  };
  for (const char* bad : {"", "x", "[]", R"({"userinfo":[]})", R"({"userinfo":{"name":5}})"}) {
    if (*bad) EXPECT_EQ(error(bad), "invalid_request") << bad;
  }
  EXPECT_EQ(error(R"({"id_token":{"acr":{"essential":true,"values":["gold"]}}})"), "unmet_authentication_requirements");
  EXPECT_EQ(error(R"({"id_token":{"acr":{"values":["gold"]}}})"), "");
}

TEST_F(TokenDetails, HintOfThisPersonIsFineOfAnotherIsNot) {
  const std::string hint = redeem(code()).value()["id_token"].get<std::string>();
  EXPECT_FALSE(code({{"id_token_hint", hint}, {"prompt", "none"}}).empty());
  clock.advance(std::chrono::hours{11});
  EXPECT_FALSE(code({{"id_token_hint", hint}, {"prompt", "none"}}).empty()) << "expired is fine";
  EXPECT_EQ(parameter(authorize(session_of(person), {{"id_token_hint", hint + "x"}}), "error"), "invalid_request");

  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  const auto stranger = sign_in().value();
  EXPECT_EQ(parameter(authorize(session_of(stranger), {{"id_token_hint", hint}, {"prompt", "none"}}), "error"),
            "login_required");
  const auto page = authorize(session_of(stranger), {{"id_token_hint", hint}});
  ASSERT_TRUE(std::get_if<GoToPage>(&page));
  EXPECT_EQ(std::get<GoToPage>(page).path, "/login");
  clock.advance(minutes{1});
  const auto again = sign_in().value();  // the stranger once more
  const auto refused = run(authorizer.proceed(std::get<GoToPage>(page).oauth_query, false, session_of(again))).value();
  EXPECT_EQ(parameter(refused, "error"), "login_required") << "no endless loop";
}

// Whom a silent question is about is nobody's business before that person has agreed.
TEST_F(TokenDetails, SilentQuestionsTellNothingOfWhoIsHere) {
  change_client("app", [](store::Client& client) { client.skip_consent = false; });
  const auto session = session_of(person);
  const std::string own_identity = person.session.active_bap_id->str();
  const std::string other_identity = "2RseHSaFbT8wnM8psnp6XjvQtXVR";
  const auto ask = [&](std::vector<http::Form::Parameter> wish) {
    wish.emplace_back("prompt", "none");
    const auto outcome = authorize(session, std::move(wish));
    return parameter(outcome, "error") + ": " + parameter(outcome, "error_description");
  };
  const auto sub = [](const std::string& value) {
    return http::Form::Parameter{"claims", R"({"id_token":{"sub":{"value":")" + value + R"("}}})"};
  };
  const std::string nothing = ask({});
  EXPECT_TRUE(nothing.starts_with("consent_required"));
  for (const std::string& identity : {own_identity, other_identity}) EXPECT_EQ(ask({{"bapId", identity}}), nothing);
  for (const std::string& subject : {person.user.id.str(), std::string("somebody")}) {
    EXPECT_EQ(ask({sub(subject)}), nothing);
    EXPECT_EQ(ask({sub(subject), {"bapId", other_identity}}), nothing);
  }
  consent_to({"openid", "profile", "offline_access"});
  EXPECT_EQ(ask({sub(person.user.id.str())}), ": ") << "the code";
  EXPECT_TRUE(ask({sub("somebody")}).starts_with("login_required"));
  EXPECT_EQ(ask({{"bapId", other_identity}}), nothing) << "the consent is for another identity";
}

TEST_F(TokenDetails, PairwiseSubjectsDifferBySectorAndStay) {
  change_client("app", [](store::Client& client) { client.metadata["subject_type"] = "pairwise"; });
  const auto tokens = redeem(code()).value();
  const std::string sub = claims_of(tokens["id_token"])["sub"].get<std::string>();
  EXPECT_NE(sub, person.user.id.str());
  EXPECT_EQ(describe(tokens)["sub"], sub);
  EXPECT_EQ(introspect(tokens["access_token"], "app", *member_key)["sub"], sub);
  EXPECT_EQ(claims_of(refresh(tokens["refresh_token"]).value()["id_token"])["sub"], sub);
  EXPECT_FALSE(code({{"id_token_hint", tokens["id_token"].get<std::string>()}, {"prompt", "none"}}).empty());

  auto sibling = run(store.clients.find(store::ClientId{"app"})).value().value();
  EXPECT_EQ(subjects.for_client(sibling, person.user.id), sub);
  sibling.id = store::ClientId{"same-host"};
  sibling.redirect_uris = {"https://APP.example/other"};
  EXPECT_EQ(subjects.for_client(sibling, person.user.id), sub);
  sibling.redirect_uris = {"https://elsewhere.example/cb"};
  EXPECT_NE(subjects.for_client(sibling, person.user.id), sub);
  SubjectIdentifiers replica{store.server_secrets, sealer, clock, random};
  ASSERT_TRUE(run(replica.start()));
  sibling.redirect_uris = {"https://app.example/cb"};
  EXPECT_EQ(replica.for_client(sibling, person.user.id), sub);
}

}  // namespace
}  // namespace sigma::oauth::testing
