// Clients that describe themselves at their client_id, and keys at a jwks_uri.
#include "sigma/oauth/registration/client_documents.hpp"

#include <gmock/gmock.h>

#include "engine.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Json;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

const std::string kClientUrl = "https://app.example/client.json";

Settings with_documents() {
  Settings settings = test_settings();
  settings.client_id_metadata_documents = true;
  return settings;
}

class ClientDocument : public EngineTest {
 protected:
  ClientDocument() : EngineTest(with_documents()) {}

  Json document() const {
    return {{"client_id", kClientUrl},
            {"client_name", "Self-made"},
            {"redirect_uris", {"https://app.example/cb"}},
            {"grant_types", {"authorization_code", "refresh_token"}},
            {"token_endpoint_auth_method", "none"}};
  }
  Json with(const char* name, Json value) const {
    Json json = document();
    json[name] = std::move(value);
    return json;
  }
  void publish(const Json& json) {
    outside.publish(kClientUrl, json, "max-age=300");
    clock.advance(minutes{6});
  }
  std::string refusal(const std::string& id = kClientUrl) {
    const auto client = run(described_clients.find(store::ClientId{id}));
    if (client) return "accepted";
    EXPECT_EQ(client.error().code(), ErrorCode::invalid_client) << client.error().description();
    return client.error().description();
  }
  std::string refusal_of(const Json& json) {
    outside.publish(kClientUrl, json, "max-age=300");
    clock.advance(minutes{6});
    return refusal();
  }
  AuthorizationOutcome ask(const MaybeSession& session, std::vector<http::Form::Parameter> more = {}) {
    const http::Form plain = authorization();
    http::Form form;
    for (const auto& [name, value] : plain.parameters()) form.add(name, name == "client_id" ? kClientUrl : value);
    for (const auto& [name, value] : more) form.add(name, value);
    return run(authorizer.authorize(std::move(form), session)).value();
  }
  AuthorizationOutcome agree(const AuthorizationOutcome& page, const MaybeSession& session) {
    return run(authorizer.answer_consent(std::get<GoToPage>(page).oauth_query, {.accept = true, .scope = {}}, session))
        .value();
  }
  static std::string page_of(const AuthorizationOutcome& outcome) {
    const auto* page = std::get_if<GoToPage>(&outcome);
    return page ? page->path : "";
  }

  ClientDirectory registered_only{store.clients};  ///< as where the setting is off
};

TEST_F(ClientDocument, IsAClientWithoutSecrets) {
  publish(document());
  const auto client = run(clients.find(store::ClientId{kClientUrl})).value();
  ASSERT_TRUE(client);
  EXPECT_EQ(client->id.str(), kClientUrl);
  EXPECT_EQ(client->name, "Self-made");
  EXPECT_EQ(client->auth_method, "none");
  EXPECT_TRUE(is_document_client(*client));
  EXPECT_FALSE(is_vouched_for(*client));
  EXPECT_FALSE(client->skip_consent);
  EXPECT_FALSE(run(store.clients.find(client->id)).value()) << "nobody has agreed to it yet";
  EXPECT_FALSE(run(registered_only.find(client->id)).value()) << "unknown where the setting is off";
}

TEST_F(ClientDocument, OnlyWhatAClientMaySayOfItselfCounts) {
  Json json = document();
  json.update({{"skip_consent", true},
               {"disabled", true},
               {"owner_bap_id", "Go8vCHAa4S6AhXKTABGpANiz35J"},
               {"member_pubkeys", {member_key->public_key().hex()}},
               {"something", 1}});
  publish(json);
  const auto client = run(described_clients.find(store::ClientId{kClientUrl})).value();
  EXPECT_FALSE(client.skip_consent || client.disabled || client.owner_bap_id);
  EXPECT_TRUE(client.member_keys.empty());
}

// Security case 61.
TEST_F(ClientDocument, Case61AddressesThatAreNone) {
  for (const char* id :
       {"https://app.example", "https://u@app.example/c", "https://app.example/c#f", "https://app.example/../c",
        "https://app.example/%2e%2e/c", "https://*.example/c", "https://app.example:0/c", "https://"}) {
    EXPECT_THAT(refusal(id), HasSubstr("the address")) << id;
  }
  EXPECT_EQ(outside.asked(), 0u);
  for (const char* id : {"http://app.example/c", "ftp://app.example/c", "javascript:alert(1)"}) {
    EXPECT_FALSE(run(clients.find(store::ClientId{id})).value()) << id;
  }
  EXPECT_EQ(outside.asked(), 0u) << "no connection is made";
  EXPECT_THAT(refusal("https://app.example/" + std::string(500, 'x')), HasSubstr("too long"));
}

TEST_F(ClientDocument, Case61DocumentsThatAreNotTheClients) {
  EXPECT_EQ(refusal_of(document()), "accepted");
  EXPECT_THAT(refusal_of(with("client_id", "https://other.example/client.json")), HasSubstr("client_id"));
  EXPECT_THAT(refusal_of(with("client_id", kClientUrl + "?")), HasSubstr("client_id"));
  EXPECT_THAT(refusal_of(with("client_id", 5)), HasSubstr("client_id"));
  Json nameless = document();
  nameless.erase("client_id");
  EXPECT_THAT(refusal_of(nameless), HasSubstr("client_id"));
  for (const Json& json : {Json(5), Json("x"), Json::array(), Json()})
    EXPECT_THAT(refusal_of(json), HasSubstr("client_id")) << json;
  EXPECT_THAT(refusal_of(with("client_secret", "x")), HasSubstr("secret"));
  EXPECT_THAT(refusal_of(with("token_endpoint_auth_method", "client_secret_basic")), HasSubstr("none or private_key"));
  EXPECT_THAT(refusal_of(with("token_endpoint_auth_method", "x_auth_token")), HasSubstr("token_endpoint_auth_method"));
  EXPECT_THAT(refusal_of(with("redirect_uris", {"javascript:alert(1)"})), HasSubstr("redirect_uris[0]"));
  EXPECT_THAT(refusal_of(with("redirect_uris", {"http://app.example/cb"})), HasSubstr("redirect_uris[0]"));
  EXPECT_THAT(refusal_of(with("client_name", "a\nb")), HasSubstr("control characters"));
  EXPECT_THAT(refusal_of(with("software_statement", "a.b.c")), HasSubstr("software_statement"));
  Json machine = with("grant_types", {"client_credentials"});
  machine["token_endpoint_auth_method"] = "private_key_jwt";
  machine["jwks_uri"] = "https://app.example/jwks";
  EXPECT_THAT(refusal_of(machine), HasSubstr("client_credentials"));
  Json sector = with("subject_type", "pairwise");
  sector["sector_identifier_uri"] = "https://sector.example/s";
  outside.publish("https://sector.example/s", Json::array({"https://other.example/cb"}));
  clock.advance(minutes{6});
  outside.publish(kClientUrl, sector);
  clock.advance(minutes{6});
  EXPECT_EQ(run(described_clients.find(store::ClientId{kClientUrl})).error().code(),
            ErrorCode::invalid_client_metadata);
}

TEST_F(ClientDocument, ApplicationsOnPeoplesMachinesNeedNotSaySo) {
  publish(with("redirect_uris", {"http://127.0.0.1/cb", "http://localhost:8080/cb"}));
  const auto client = run(described_clients.find(store::ClientId{kClientUrl})).value();
  EXPECT_EQ(client.metadata.at("application_type"), "native");
}

TEST_F(ClientDocument, AServerThatIsAwayIsNoFaultOfTheClient) {
  const auto client = run(clients.find(store::ClientId{kClientUrl}));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code(), ErrorCode::temporarily_unavailable);
}

TEST_F(ClientDocument, ThePersonIsAskedEachTime) {
  publish(document());
  const auto session = session_of(sign_in().value());
  for (int i = 0; i < 2; ++i) {
    const auto page = ask(session);
    EXPECT_EQ(page_of(page), "/consent") << i;
    EXPECT_NE(parameter(agree(page, session), "code"), "");
  }
  EXPECT_EQ(parameter(ask(session, {{"prompt", "none"}}), "error"), "consent_required");
}

TEST_F(ClientDocument, AgreedClientsAreKeptSoThatTheOperatorCanSwitchThemOff) {
  publish(document());
  const store::ClientId id{kClientUrl};
  const auto session = session_of(sign_in().value());
  agree(ask(session), session);
  auto kept = run(store.clients.find(id)).value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->name, "Self-made");
  const auto created = kept->created_at;

  publish(with("client_name", "Renamed"));
  agree(ask(session), session);
  kept = run(store.clients.find(id)).value();
  EXPECT_EQ(kept->name, "Renamed") << "the row follows the document";
  EXPECT_EQ(kept->created_at, created);

  const auto off = apply_patch(*kept, {{"disabled", true}}, {}, clock.now());
  ASSERT_TRUE(off) << off.error().description();
  ASSERT_TRUE(*run(store.clients.update(*off)));
  const auto refused = ask(session);
  ASSERT_TRUE(std::holds_alternative<ShowError>(refused));
  EXPECT_EQ(std::get<ShowError>(refused).error.code(), ErrorCode::client_disabled);
  EXPECT_TRUE(run(clients.find_kept(id)).value()->disabled);
  EXPECT_FALSE(run(registered_only.find_kept(id)).value()) << "tokens die with the setting";
}

TEST_F(ClientDocument, ARegisteredClientIsNotAskedAnywhere) {
  store::Client client;
  client.id = store::ClientId{kClientUrl};
  client.name = "Registered";
  client.auth_method = "none";
  client.created_at = client.updated_at = clock.now();
  ASSERT_TRUE(*run(store.clients.create(client)));
  EXPECT_EQ(run(clients.find(client.id)).value()->name, "Registered");
  EXPECT_EQ(outside.asked(), 0u);
}

class KeysAtAnAddress : public EngineTest {
 protected:
  static constexpr const char* kJwksUri = "https://app.example/jwks";

  void SetUp() override {
    EngineTest::SetUp();
    store::Client machine;
    machine.id = store::ClientId{"machine"};
    machine.name = "Machine";
    machine.auth_method = "private_key_jwt";
    machine.grant_types = {"client_credentials"};
    machine.metadata["jwks_uri"] = kJwksUri;
    machine.created_at = machine.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(machine)));
  }
  std::shared_ptr<const jose::SigningKey> make_key(jose::Algorithm algorithm = jose::Algorithm::ES256) {
    return jose::SigningKey::generate(algorithm, random).value();
  }
  void publish(std::vector<std::shared_ptr<const jose::SigningKey>> keys_to_publish) {
    Json set = {{"keys", Json::array()}};
    for (const auto& key : keys_to_publish) set["keys"].push_back(key->public_jwk());
    outside.publish(kJwksUri, set);
  }
  Result<Json> authenticate(const jose::SigningKey& key) {
    const Json claims = {{"iss", "machine"},
                         {"sub", "machine"},
                         {"aud", settings.issuer},
                         {"exp", (clock.now() + minutes{5}).seconds()},
                         {"jti", random.text(20, core::kLettersAndDigits)}};
    ClientCredentials credentials;
    credentials.form.add("grant_type", "client_credentials");
    credentials.form.add("client_assertion_type", std::string(kJwtBearerAssertion));
    credentials.form.add("client_assertion", jose::sign_jwt(key, "JWT", claims).value());
    return run(token.exchange(std::move(credentials)));
  }
  ErrorCode error_with(const jose::SigningKey& key) {
    const auto answer = authenticate(key);
    return answer ? ErrorCode::authorization_pending : answer.error().code();
  }
};

TEST_F(KeysAtAnAddress, AuthenticateTheClient) {
  const auto key = make_key();
  publish({key});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(authenticate(*key));
  EXPECT_EQ(outside.asked(), 1u);
  EXPECT_EQ(error_with(*make_key()), ErrorCode::invalid_client);
}

TEST_F(KeysAtAnAddress, ANewKeyIsLookedForOnceInAWhile) {
  const auto old_key = make_key(), new_key = make_key();
  publish({old_key});
  EXPECT_TRUE(authenticate(*old_key));
  publish({old_key, new_key});
  clock.advance(seconds{31});
  EXPECT_TRUE(authenticate(*new_key));
  EXPECT_EQ(outside.asked(), 2u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(error_with(*make_key()), ErrorCode::invalid_client);
  EXPECT_EQ(outside.asked(), 2u) << "invented keys make no traffic";
  publish({new_key});
  clock.advance(minutes{61});
  EXPECT_EQ(error_with(*old_key), ErrorCode::invalid_client) << "a key that was taken back ends with the cached set";
}

TEST_F(KeysAtAnAddress, ASetThatCannotBeHadIsSaidSo) {
  const auto key = make_key();
  EXPECT_EQ(error_with(*key), ErrorCode::temporarily_unavailable);
  outside.publish(kJwksUri, {{"keys", 5}});
  clock.advance(minutes{1});
  EXPECT_EQ(error_with(*key), ErrorCode::invalid_client);
  http::Response redirect;
  redirect.status = 302;
  outside.answer(kJwksUri, redirect);
  clock.advance(std::chrono::hours{2});
  EXPECT_THAT(authenticate(*key).error().description(), HasSubstr("redirects"));
}

TEST_F(KeysAtAnAddress, OnlyTheRegisteredAlgorithm) {
  auto client = run(store.clients.find(store::ClientId{"machine"})).value().value();
  client.metadata["token_endpoint_auth_signing_alg"] = "EdDSA";
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto curve = make_key(), edwards = make_key(jose::Algorithm::EdDSA);
  publish({curve, edwards});
  EXPECT_EQ(error_with(*curve), ErrorCode::invalid_client);
  EXPECT_TRUE(authenticate(*edwards));
}

}  // namespace
}  // namespace sigma::oauth::testing
