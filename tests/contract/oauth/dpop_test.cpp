// Key-bound tokens (RFC 9449), from the proof at the token endpoint to its use at userinfo.
#include "engine.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Json;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kTokenUrl = "https://id.example/api/auth/oauth2/token";
constexpr const char* kUserInfoUrl = "https://id.example/api/auth/oauth2/userinfo";

class Dpop : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    key = jose::SigningKey::generate(jose::Algorithm::ES256, random).value();
    other_key = jose::SigningKey::generate(jose::Algorithm::ES256, random).value();
    person = sign_in().value();
  }

  std::string jkt_of(const jose::SigningKey& of) { return jose::thumbprint(of.public_jwk()).value(); }

  Json claims_for(const char* method, const char* url) {
    return {{"jti", random.text(16, core::kLettersAndDigits)},
            {"htm", method},
            {"htu", url},
            {"iat", clock.now().seconds()},
            {"nonce", dpop.nonce()}};
  }
  std::string sign(const Json& header, const Json& claims, const jose::SigningKey& with) {
    const std::string input =
        core::base64url_encode(core::dump_json(header)) + '.' + core::base64url_encode(core::dump_json(claims));
    return input + '.' + core::base64url_encode(with.sign(input).value());
  }
  Json header() { return {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", key->public_jwk()}}; }
  std::string proof(const Json& changes = Json::object(), const Json& header_changes = Json::object()) {
    Json claims = claims_for("POST", kTokenUrl);
    claims.merge_patch(changes);
    Json head = header();
    head.merge_patch(header_changes);
    return sign(head, claims, *key);
  }

  Result<std::optional<std::string>> verify(std::vector<std::string> headers) {
    return run(dpop.verify({std::move(headers), "POST", std::string(kTokenPath)}));
  }
  ErrorCode fault(const std::string& text) {
    const auto verified = verify({text});
    return verified ? ErrorCode::not_found : verified.error().code();
  }

  Result<Json> exchange_with(std::vector<std::string> proofs, std::vector<http::Form::Parameter> parameters) {
    ClientCredentials credentials;
    for (auto& [name, value] : parameters) credentials.form.add(name, value);
    credentials.raw_body = credentials.form.encode();
    credentials.x_auth_tokens = {token_for(*member_key, kTokenPath, credentials.raw_body)};
    credentials.dpop_proofs = std::move(proofs);
    auto result = run(token.exchange(std::move(credentials)));
    clock.advance(core::Milliseconds{2});
    return result;
  }
  Result<Json> redeem_with(const std::string& code, std::vector<std::string> proofs) {
    return exchange_with(std::move(proofs), {{"grant_type", "authorization_code"},
                                             {"code", code},
                                             {"redirect_uri", "https://app.example/cb"},
                                             {"client_id", "app"},
                                             {"code_verifier", kVerifier}});
  }
  Result<Json> refresh_with(const Json& refresh_token, std::vector<std::string> proofs) {
    return exchange_with(
        std::move(proofs),
        {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token.get<std::string>()}, {"client_id", "app"}});
  }

  Result<Json> use(const std::string& access_token, bool with_dpop_scheme, const jose::SigningKey* with) {
    PresentedToken presented{access_token, with_dpop_scheme, {}};
    if (with) {
      Json claims = claims_for("GET", kUserInfoUrl);
      claims["ath"] = core::base64url_encode(crypto::view(crypto::sha256(access_token)));
      const Json head = {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", with->public_jwk()}};
      auto proven = run(dpop.verify({{sign(head, claims, *with)}, "GET", std::string(kUserInfoPath)}, access_token));
      if (!proven) return proven.error();
      presented.dpop_jkt = *proven;
    }
    return run(userinfo.describe(std::move(presented)));
  }

  std::shared_ptr<const jose::SigningKey> key, other_key;
  SignedIn person;
};

TEST_F(Dpop, GoodProofGivesItsThumbprintOnce) {
  EXPECT_EQ(verify({}).value(), std::nullopt);
  const std::string good = proof();
  EXPECT_EQ(verify({good}).value(), jkt_of(*key));
  EXPECT_EQ(fault(good), ErrorCode::invalid_dpop_proof) << "a jti is good once";
  EXPECT_EQ(fault(proof({{"unknown", 1}})), ErrorCode::not_found);
}

TEST_F(Dpop, UrlsAreComparedAsTheStandardSays) {
  for (const char* same :
       {"https://ID.example/api/auth/oauth2/token", "https://id.example:443/api/auth/oauth2/token",
        "https://id.example/api/auth/oauth2/token?x=1#y", "HTTPS://id.example/api/./auth/oauth2/token"})
    EXPECT_EQ(fault(proof({{"htu", same}})), ErrorCode::not_found) << same;
  for (const char* other : {"http://id.example/api/auth/oauth2/token", "https://id.example:444/api/auth/oauth2/token",
                            "https://evil.example/api/auth/oauth2/token", "https://id.example/api/auth/oauth2/TOKEN",
                            "/api/auth/oauth2/token", ""})
    EXPECT_EQ(fault(proof({{"htu", other}})), ErrorCode::invalid_dpop_proof) << other;
}

TEST_F(Dpop, EachPartOfAProofIsNeeded) {
  for (const char* claim : {"jti", "htm", "htu", "iat"})
    EXPECT_EQ(fault(proof({{claim, nullptr}})), ErrorCode::invalid_dpop_proof) << claim;
  for (const char* member : {"typ", "alg", "jwk"})
    EXPECT_EQ(fault(proof(Json::object(), {{member, nullptr}})), ErrorCode::invalid_dpop_proof) << member;
  EXPECT_EQ(fault(proof({{"htm", "GET"}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof({{"jti", std::string(257, 'x')}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof(Json::object(), {{"typ", "JWT"}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof(Json::object(), {{"alg", "none"}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof(Json::object(), {{"alg", "ES256K"}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof(Json::object(), {{"jwk", other_key->public_jwk()}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault(proof(Json::object(), {{"jwk", {{"d", "AAAA"}}}})), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(fault("abc"), ErrorCode::invalid_dpop_proof);
  EXPECT_EQ(verify({proof(), proof()}).error().code(), ErrorCode::invalid_dpop_proof);
}

TEST_F(Dpop, TimeAndNonceMustBeOfNow) {
  for (const int offset : {-10, 10})
    EXPECT_EQ(fault(proof({{"iat", clock.now().seconds() + offset}})), ErrorCode::not_found) << offset;
  for (const int offset : {-3'600, 3'600})
    EXPECT_EQ(fault(proof({{"iat", clock.now().seconds() + offset}})), ErrorCode::invalid_dpop_proof) << offset;
  EXPECT_EQ(fault(proof({{"nonce", nullptr}})), ErrorCode::use_dpop_nonce);
  EXPECT_EQ(fault(proof({{"nonce", "1.AAAA"}})), ErrorCode::use_dpop_nonce);
  const std::string nonce = dpop.nonce();
  clock.advance(minutes{2});
  EXPECT_EQ(fault(proof({{"nonce", nonce}})), ErrorCode::not_found) << "the one before is fine";
  clock.advance(minutes{2});
  EXPECT_EQ(fault(proof({{"nonce", nonce}})), ErrorCode::use_dpop_nonce);
}

TEST_F(Dpop, BoundTokenNeedsItsKeyAndItsScheme) {
  const auto answer = redeem_with(code_for(person), {proof()}).value();
  EXPECT_EQ(answer["token_type"], "DPoP");
  const std::string access = answer["access_token"].get<std::string>();
  EXPECT_TRUE(use(access, true, key.get()));
  EXPECT_EQ(use(access, true, other_key.get()).error().code(), ErrorCode::invalid_token);
  EXPECT_EQ(use(access, true, nullptr).error().code(), ErrorCode::invalid_token);
  EXPECT_EQ(use(access, false, nullptr).error().code(), ErrorCode::invalid_token);
  EXPECT_EQ(use(access, false, key.get()).error().code(), ErrorCode::invalid_token);

  const auto bearer = redeem(code_for(person)).value();
  EXPECT_EQ(bearer["token_type"], "Bearer");
  EXPECT_EQ(use(bearer["access_token"].get<std::string>(), true, key.get()).error().code(), ErrorCode::invalid_token);
}

TEST_F(Dpop, ProofForAnotherTokenIsNoProof) {
  const std::string access = redeem_with(code_for(person), {proof()}).value()["access_token"].get<std::string>();
  Json claims = claims_for("GET", kUserInfoUrl);
  claims["ath"] = core::base64url_encode(crypto::view(crypto::sha256("another")));
  const auto proven = run(dpop.verify({{sign(header(), claims, *key)}, "GET", std::string(kUserInfoPath)}, access));
  EXPECT_EQ(proven.error().code(), ErrorCode::invalid_dpop_proof);
}

TEST_F(Dpop, AskingForTheNonceUsesNothingUp) {
  const std::string code = code_for(person);
  EXPECT_EQ(redeem_with(code, {proof({{"nonce", nullptr}})}).error().code(), ErrorCode::use_dpop_nonce);
  EXPECT_TRUE(redeem_with(code, {proof()}));
}

TEST_F(Dpop, CodeBoundInAdvanceGoesToThatKeyOnly) {
  const auto code = [&] { return parameter(authorize(session_of(person), {{"dpop_jkt", jkt_of(*key)}}), "code"); };
  EXPECT_EQ(redeem(code()).error().code(), ErrorCode::invalid_grant);
  const Json other = {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", other_key->public_jwk()}};
  EXPECT_EQ(redeem_with(code(), {sign(other, claims_for("POST", kTokenUrl), *other_key)}).error().code(),
            ErrorCode::invalid_grant);
  EXPECT_TRUE(redeem_with(code(), {proof()}));
  EXPECT_EQ(parameter(authorize(session_of(person), {{"dpop_jkt", "short"}}), "error"), "invalid_request");
}

TEST_F(Dpop, RefreshOfABoundGrantNeedsAProof) {
  const auto first = redeem_with(code_for(person), {proof()}).value();
  EXPECT_EQ(refresh(first["refresh_token"]).error().code(), ErrorCode::invalid_grant);
  const auto second = refresh_with(first["refresh_token"], {proof()});
  ASSERT_TRUE(second) << second.error().description();
  EXPECT_EQ(second->at("token_type"), "DPoP");
  EXPECT_TRUE(use(second->at("access_token").get<std::string>(), true, key.get()));
}

TEST_F(Dpop, ClientRegisteredForBoundTokensGetsNoOthers) {
  auto client = run(store.clients.find(store::ClientId{"app"})).value().value();
  client.metadata["dpop_bound_access_tokens"] = true;
  ASSERT_TRUE(run(store.clients.update(client)).value());
  const std::string code = code_for(person);
  EXPECT_EQ(redeem(code).error().code(), ErrorCode::invalid_dpop_proof);
  EXPECT_TRUE(redeem_with(code, {proof()})) << "the code was not used up";
}

}  // namespace
}  // namespace sigma::oauth::testing
