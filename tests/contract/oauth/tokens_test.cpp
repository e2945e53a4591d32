#include "engine.hpp"
#include "user_rows.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(EngineTest, CodeBecomesTokensOnceAndReuseKillsThem) {
  const auto person = sign_in().value();
  const std::string code = code_for(person);
  const auto answer = redeem(code);
  ASSERT_TRUE(answer) << answer.error().description();
  EXPECT_EQ(answer->at("token_type"), "Bearer");
  EXPECT_EQ(answer->at("expires_in"), 3'600);
  EXPECT_TRUE(answer->contains("id_token"));
  EXPECT_TRUE(is_alive(*answer));

  // Security case 11.
  const auto again = redeem(code);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::invalid_grant);
  EXPECT_FALSE(is_alive(*answer));
  EXPECT_FALSE(refresh(answer->at("refresh_token")));
}

TEST_F(EngineTest, FailedExchangeSpendsTheCodeButFailedClientDoesNot) {
  const auto person = sign_in().value();
  const std::string code = code_for(person);
  const auto stranger = bitcoin::PrivateKey::generate(random);
  const auto refused = exchange({{"grant_type", "authorization_code"},
                                 {"code", code},
                                 {"redirect_uri", "https://app.example/cb"},
                                 {"client_id", "app"},
                                 {"code_verifier", kVerifier}},
                                &stranger);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_client);
  EXPECT_NE(refused.error().description().find("SIGMA_MEMBER_PRIVATE_KEY"), std::string::npos);
  ASSERT_FALSE(redeem(code, {{"redirect_uri", "https://app.example/other"}}));
  EXPECT_FALSE(redeem(code)) << "spent by the wrong redirect_uri";

  const std::string second = code_for(person);
  ASSERT_FALSE(exchange({{"grant_type", "authorization_code"}, {"code", second}, {"client_id", "app"}}, &stranger));
  EXPECT_TRUE(redeem(second)) << "not spent by a wrong client";
}

TEST_F(EngineTest, Case13CodeExpires) {
  const auto person = sign_in().value();
  const std::string code = code_for(person);
  clock.advance(settings.code_lifetime);
  EXPECT_EQ(redeem(code).error().code(), ErrorCode::invalid_grant);
}

TEST_F(EngineTest, CodeDiesWithTheSession) {
  const auto person = sign_in().value();
  const std::string code = code_for(person);
  ASSERT_TRUE(run(sessions.sign_out(person.session.id)));
  EXPECT_EQ(redeem(code).error().code(), ErrorCode::invalid_grant);
}

TEST_F(EngineTest, Case32RefreshIsIdempotentForThirtySecondsAndThenKillsTheFamily) {
  const auto person = sign_in().value();
  const auto first = redeem(code_for(person)).value();
  const auto rotated = refresh(first["refresh_token"]);
  ASSERT_TRUE(rotated) << rotated.error().description();
  EXPECT_NE(rotated->at("refresh_token"), first["refresh_token"]);
  EXPECT_TRUE(is_alive(first)) << "requests under way with the old access token must not fail";

  clock.advance(seconds{29});
  const auto retry = refresh(first["refresh_token"]);
  ASSERT_TRUE(retry);
  EXPECT_EQ(*retry, *rotated);
  // Inside the window, but not the same request: refused, and the family lives.
  EXPECT_EQ(refresh(first["refresh_token"], {{"scope", "openid"}}).error().code(), ErrorCode::invalid_grant);
  EXPECT_TRUE(is_alive(*rotated));

  clock.advance(seconds{2});
  EXPECT_EQ(refresh(first["refresh_token"]).error().code(), ErrorCode::invalid_grant);
  EXPECT_FALSE(is_alive(*rotated));
  EXPECT_FALSE(refresh(rotated->at("refresh_token")));
}

TEST_F(EngineTest, Case18ScopeNeverGrows) {
  const auto person = sign_in().value();
  const auto first = redeem(code_for(person)).value();
  EXPECT_EQ(refresh(first["refresh_token"], {{"scope", "openid email"}}).error().code(), ErrorCode::invalid_scope);
  const auto narrow = refresh(first["refresh_token"], {{"scope", "openid"}}).value();
  EXPECT_EQ(narrow["scope"], "openid");
  const auto wide = refresh(narrow["refresh_token"]).value();
  EXPECT_EQ(wide["scope"], "openid profile offline_access");
}

TEST_F(EngineTest, Case30AccessTokenExpiresAndRefreshTokenToo) {
  const auto person = sign_in().value();
  const auto first = redeem(code_for(person)).value();
  clock.advance(hours{1});
  EXPECT_FALSE(is_alive(first));
  clock.advance(hours{24 * 30});
  EXPECT_EQ(refresh(first["refresh_token"]).error().code(), ErrorCode::invalid_grant);
}

// Contract §3: sign-out ends access, unless the person agreed to offline access.
TEST_F(EngineTest, SignOutEndsTokensWithoutOfflineAccess) {
  const auto person = sign_in().value();
  const auto offline = redeem(code_for(person)).value();
  const auto outcome = run(authorizer.authorize(
      [&] {
        http::Form form;
        const http::Form full = authorization();
        for (const auto& [name, value] : full.parameters()) form.add(name, name == "scope" ? "openid" : value);
        return form;
      }(),
      session_of(person)));
  const auto online = redeem(parameter(*outcome, "code")).value();
  EXPECT_FALSE(online.contains("refresh_token"));
  ASSERT_TRUE(run(sessions.sign_out(person.session.id)));
  EXPECT_FALSE(is_alive(online));
  EXPECT_TRUE(is_alive(offline));
}

TEST_F(EngineTest, Case30DisabledUserAndClientAreDead) {
  const auto person = sign_in().value();
  const auto answer = redeem(code_for(person)).value();
  set_user(database, person.user.id, "disabled = TRUE");
  EXPECT_FALSE(is_alive(answer));
  EXPECT_FALSE(session_of(person));
  EXPECT_EQ(sign_in().error().code(), ErrorCode::user_disabled);
  set_user(database, person.user.id, "disabled = FALSE");
  EXPECT_TRUE(is_alive(answer));
  auto client = *run(store.clients.find(store::ClientId{"app"})).value();
  client.disabled = true;
  ASSERT_TRUE(*run(store.clients.update(client)));
  EXPECT_FALSE(is_alive(answer));
}

TEST_F(EngineTest, Case23MemberKeysHaveAPeriod) {
  const auto person = sign_in().value();
  auto client = *run(store.clients.find(store::ClientId{"app"})).value();
  client.member_keys[0].not_before = clock.now() + minutes{10};
  ASSERT_TRUE(*run(store.clients.update(client)));
  EXPECT_EQ(redeem(code_for(person)).error().code(), ErrorCode::invalid_client);
  clock.advance(minutes{11});
  const std::string code = code_for(person);
  EXPECT_TRUE(redeem(code));
}

// RFC 7009 §2.2.
TEST_F(EngineTest, Case34IntrospectionAndRevocationBelongToTheOwner) {
  const auto person = sign_in().value();
  const auto answer = redeem(code_for(person)).value();
  store::Client other;
  other.id = store::ClientId{"other"};
  other.name = "Other";
  other.auth_method = "client_secret_post";
  other.secrets = {{hash_secret("other-secret"), clock.now(), {}}};
  other.created_at = other.updated_at = clock.now();
  ASSERT_TRUE(*run(store.clients.create(other)));
  const auto as_other = [&](std::string secret) {
    ClientCredentials credentials;
    credentials.form.add("token", answer["access_token"].get<std::string>());
    credentials.form.add("client_id", "other");
    credentials.form.add("client_secret", std::move(secret));
    return credentials;
  };
  EXPECT_EQ(run(token_status.introspect(as_other("wrong"))).error().code(), ErrorCode::invalid_client);
  EXPECT_EQ(run(token_status.introspect(as_other("other-secret"))).value(), core::Json({{"active", false}}));
  EXPECT_TRUE(run(token_status.revoke(as_other("other-secret"))));
  EXPECT_TRUE(is_alive(answer)) << "revoked by a stranger";

  const auto as_owner = [&](std::string secret, std::string_view path) {
    ClientCredentials credentials;
    credentials.form.add("token", std::move(secret));
    credentials.form.add("client_id", "app");
    credentials.raw_body = credentials.form.encode();
    credentials.x_auth_tokens = {token_for(*member_key, path, credentials.raw_body)};
    clock.advance(core::Milliseconds{2});
    return credentials;
  };
  const auto described =
      run(token_status.introspect(as_owner(answer["access_token"].get<std::string>(), kIntrospectPath))).value();
  EXPECT_EQ(described["active"], true);
  EXPECT_EQ(described["sub"], person.user.id.str());
  ASSERT_TRUE(run(token_status.revoke(as_owner(answer["refresh_token"].get<std::string>(), kRevokePath))));
  EXPECT_FALSE(is_alive(answer));
  EXPECT_FALSE(refresh(answer["refresh_token"]));
}

}  // namespace
}  // namespace sigma::oauth::testing
