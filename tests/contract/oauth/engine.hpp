#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "fake_fetcher.hpp"
#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/cache/memory.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/oauth/engine.hpp"
#include "sigma/oauth/tokens/secret.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store/store.hpp"
#include "sigma/store_sqlite/connector.hpp"

namespace sigma::oauth::testing {

using core::testing::run;

/// A database file of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    char pattern[] = "/tmp/sigma-oauth-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline Settings test_settings() {
  Settings settings;
  settings.base_url = "https://id.example";
  settings.issuer = "https://id.example/api/auth";
  settings.id_token_algorithm = jose::Algorithm::ES256;
  settings.resources = {"https://api.example/", "https://files.example/v1"};
  return settings;
}

inline crypto::Sealer test_sealer() {
  std::vector<crypto::SecretBytes> secrets;
  secrets.emplace_back("a secret of the test, long enough to be one");
  return std::move(crypto::Sealer::create(secrets)).value();
}

/// What the engine under test works with: a database on SQLite, a world that answers as the test says, a time that the
/// test sets.
struct TestSurroundings {
  TemporaryFolder folder;
  core::testing::FixedClock clock;
  crypto::SystemRandom random;
  const crypto::Sealer sealer = test_sealer();
  core::WorkPool pool{"signing", 1, 16};
  FakeFetcher outside;
  store::Database database{store_sqlite::make_connector(folder.file("test.db"))};
  store::Store store{database};
  cache::MemoryRateLimiter limiter{clock};
  cache::MemoryCache cache{clock};
  core::Metrics metrics;
  FakeFetcher chain_world;  ///< where the BAP API is, or is not
  bap::BapApi bap_api{chain_world, {.base_url = "https://bap.example/v1", .token = ""}};
  bap::Resolver chain{&bap_api, cache, store.chain_keys, clock, metrics};
};

/// The engine as services run it; tests speak of its members by their names.
class EngineTest : public ::testing::Test, protected TestSurroundings, protected Engine {
 protected:
  explicit EngineTest(Settings settings_ = test_settings())
      : Engine(std::move(settings_), {TestSurroundings::store, TestSurroundings::sealer, outside,
                                      TestSurroundings::clock, random, pool, limiter, chain, cache}) {}

  using TestSurroundings::clock, TestSurroundings::sealer, TestSurroundings::store;

  void SetUp() override {
    ASSERT_TRUE(store::Migrator(store_sqlite::make_connector(folder.file("test.db")), clock).migrate());
    ASSERT_TRUE(run(start()));
    member_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
    person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
    store::Client client;
    client.id = store::ClientId{"app"};
    client.name = "App";
    client.auth_method = "x_auth_token";
    client.redirect_uris = {"https://app.example/cb"};
    client.grant_types = {"authorization_code", "refresh_token"};
    client.member_keys = {{member_key->public_key().hex(), {}, {}}};
    client.skip_consent = true;
    client.created_at = client.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(client)));
  }

  std::string token_for(const bitcoin::PrivateKey& key, std::string_view path, std::optional<std::string_view> body) {
    return bitcoin::make_auth_token(key, bitcoin::AuthScheme::brc77, path, body, clock.now(), random).value();
  }

  Result<SignedIn> sign_in(std::optional<std::string> bap_id = {}) {
    SignInRequest request;
    request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
    request.bap_id = std::move(bap_id);
    auto result = run(sessions.sign_in(std::move(request)));
    clock.advance(core::Milliseconds{2});
    return result;
  }

  MaybeSession session_of(const SignedIn& signed_in) { return run(sessions.find(signed_in.session_token)).value(); }

  http::Form authorization(std::vector<http::Form::Parameter> more = {}) {
    http::Form form;
    const std::string challenge = core::base64url_encode(crypto::view(crypto::sha256(kVerifier)));
    for (auto& [name, value] : std::vector<http::Form::Parameter>{{"client_id", "app"},
                                                                  {"redirect_uri", "https://app.example/cb"},
                                                                  {"response_type", "code"},
                                                                  {"state", "s"},
                                                                  {"scope", "openid profile offline_access"},
                                                                  {"code_challenge", challenge},
                                                                  {"code_challenge_method", "S256"}}) {
      form.add(name, value);
    }
    for (auto& [name, value] : more) form.add(name, value);
    return form;
  }

  AuthorizationOutcome authorize(const MaybeSession& session, std::vector<http::Form::Parameter> more = {}) {
    return run(authorizer.authorize(authorization(std::move(more)), session)).value();
  }

  /// The value of a parameter of the URL that the browser is sent to.
  static std::string parameter(const AuthorizationOutcome& outcome, std::string_view name) {
    const auto* client = std::get_if<GoToClient>(&outcome);
    if (!client) return "";
    return std::string(client->answer.find(name).value_or(""));
  }

  std::string code_for(const SignedIn& signed_in) { return parameter(authorize(session_of(signed_in)), "code"); }

  Result<core::Json> exchange(std::vector<http::Form::Parameter> parameters, const bitcoin::PrivateKey* key = nullptr) {
    ClientCredentials credentials;
    for (auto& [name, value] : parameters) credentials.form.add(name, value);
    credentials.raw_body = credentials.form.encode();
    credentials.x_auth_tokens = {token_for(key ? *key : *member_key, kTokenPath, credentials.raw_body)};
    auto result = run(token.exchange(std::move(credentials)));
    clock.advance(core::Milliseconds{2});
    return result;
  }

  Result<core::Json> redeem(const std::string& code, std::vector<http::Form::Parameter> changes = {}) {
    std::vector<http::Form::Parameter> parameters = {{"grant_type", "authorization_code"},
                                                     {"code", code},
                                                     {"redirect_uri", "https://app.example/cb"},
                                                     {"client_id", "app"},
                                                     {"code_verifier", kVerifier}};
    for (auto& change : changes) {
      std::erase_if(parameters, [&](const auto& p) { return p.first == change.first; });
      if (!change.second.empty()) parameters.push_back(change);
    }
    return exchange(parameters);
  }

  Result<core::Json> refresh(const core::Json& refresh_token, std::vector<http::Form::Parameter> more = {}) {
    std::vector<http::Form::Parameter> parameters = {
        {"grant_type", "refresh_token"}, {"refresh_token", refresh_token.get<std::string>()}, {"client_id", "app"}};
    parameters.insert(parameters.end(), more.begin(), more.end());
    return exchange(parameters);
  }

  bool is_alive(const core::Json& answer) {
    return run(userinfo.describe({answer.at("access_token").get<std::string>(), false, {}})).has_value();
  }

  static constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  std::unique_ptr<bitcoin::PrivateKey> member_key, person_key;
};

}  // namespace sigma::oauth::testing
