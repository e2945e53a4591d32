// Registration JSON: what is accepted, what is refused and in which words, and that changes lose nothing.
#include "sigma/oauth/registration/client_metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/oauth/registration/redirect_uri.hpp"

namespace sigma::oauth {
namespace {

using core::Json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr core::UtcTime kNow{1'770'000'000'000};
const std::string kKey = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";       // 1 · G
const std::string kOtherKey = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";  // 2 · G
const std::string kCallback = "https://app.example.com/auth/sigma/callback";

Json sigma_client() {
  return {
      {"client_id", "my-app"}, {"client_name", "My app"}, {"redirect_uris", {kCallback}}, {"member_pubkeys", {kKey}}};
}

Json with(Json json, const char* name, Json value) {
  json[name] = std::move(value);
  return json;
}

core::Result<store::Client> parse(const Json& json) {
  return parse_client(json, {}, kNow);
}

std::string fault(const Json& json) {
  const auto client = parse(json);
  return client ? "" : client.error().description();
}

TEST(ClientMetadata, FillsWhatIsLeftOut) {
  const auto client = parse(sigma_client());
  ASSERT_TRUE(client) << client.error().description();
  EXPECT_EQ(client->id.str(), "my-app");
  EXPECT_EQ(client->auth_method, "x_auth_token");
  EXPECT_THAT(client->grant_types, ElementsAre("authorization_code", "refresh_token"));
  EXPECT_TRUE(client->scopes.empty());
  EXPECT_FALSE(client->skip_consent);
  EXPECT_EQ(client->created_at, kNow);

  const auto open = parse({{"redirect_uris", {kCallback}}});
  ASSERT_TRUE(open) << open.error().description();
  EXPECT_EQ(open->auth_method, "none");
  EXPECT_TRUE(open->id.empty());
}

TEST(ClientMetadata, AKeyMeansXAuthToken) {
  EXPECT_EQ(parse(with(sigma_client(), "token_endpoint_auth_method", "none"))->auth_method, "x_auth_token");
  EXPECT_THAT(fault(with(sigma_client(), "token_endpoint_auth_method", "client_secret_basic")),
              HasSubstr("member_pubkeys"));
  Json keyless = sigma_client();
  keyless.erase("member_pubkeys");
  EXPECT_THAT(fault(with(keyless, "token_endpoint_auth_method", "x_auth_token")), HasSubstr("member_pubkeys"));
}

TEST(ClientMetadata, MemberKeysInEveryForm) {
  std::string upper = kKey;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  Json alias = sigma_client();
  alias.erase("member_pubkeys");
  EXPECT_EQ(parse(with(alias, "member_pubkey", upper))->member_keys.at(0).pubkey, kKey);
  EXPECT_THAT(fault(with(sigma_client(), "member_pubkey", kKey)), HasSubstr("member_pubkeys"));

  const Json timed = {
      {"pubkey", kOtherKey}, {"not_before", "2026-01-31T12:00:00.000Z"}, {"not_after", "2027-01-31T12:00:00.000Z"}};
  const auto client = parse(with(sigma_client(), "member_pubkeys", {kKey, timed}));
  ASSERT_TRUE(client) << client.error().description();
  EXPECT_TRUE(client->member_keys.at(1).not_before && client->member_keys.at(1).not_after);
  EXPECT_EQ(render_client(*client)["member_pubkeys"], Json({kKey, timed}));

  const Json bad[] = {
      5,
      "x",
      "",
      "04" + std::string(128, '0'),
      kKey.substr(2),
      kKey + "00",
      "02" + std::string(62, '0') + "05",
      Json::object(),
      {{"pubkey", 5}},
      {{"pubkey", kKey}, {"not_before", "soon"}},
      {{"pubkey", kKey}, {"until", 1}},
      {{"pubkey", kKey}, {"not_before", "2027-01-31T12:00:00.000Z"}, {"not_after", "2026-01-31T12:00:00.000Z"}}};
  for (const Json& key : bad) {
    EXPECT_THAT(fault(with(sigma_client(), "member_pubkeys", Json::array({key}))), HasSubstr("member_pubkeys[0]"))
        << key;
  }
  EXPECT_THAT(fault(with(sigma_client(), "member_pubkeys", {kKey, kKey})), HasSubstr("twice"));
  EXPECT_THAT(fault(with(sigma_client(), "member_pubkeys", kKey)), HasSubstr("member_pubkeys"));
}

TEST(ClientMetadata, FaultsNameTheirMember) {
  const std::pair<const char*, std::vector<Json>> bad[] = {
      {"client_id", {"", 5, "a b", "a\"b", "ü", std::string(256, 'x')}},
      {"client_name", {"", 5, nullptr, std::string(201, 'x')}},
      {"redirect_uris",
       {Json::array(), 5, "https://a.example/cb", Json::array({5}), Json::array({""}), {kCallback, kCallback}}},
      {"token_endpoint_auth_method", {"nope", 5, "X_AUTH_TOKEN", "tls_client_auth"}},
      {"grant_types", {Json::array({"nope"}), "authorization_code", Json::array({5}), Json::array({"implicit"})}},
      {"response_types", {Json::array({"token"}), Json::array({"code", "code id_token"}), "code"}},
      {"scope", {5, "a\\b", std::string(3'000, 'x'), "openid,profile"}},
      {"id_token_signed_response_alg", {"none", "HS256", 5, "rs256", "PS256"}},
      {"application_type", {"desktop", 5}},
      {"subject_type", {"nobody", 5}},
      {"skip_consent", {"yes", 1}},
      {"disabled", {"no"}},
      {"require_pkce", {"yes"}},
      {"owner_bap_id", {"x", 5, kKey}},
      {"logo_uri", {"javascript:alert(1)", "x", 5}},
      {"contacts", {"a@example.com", Json::array({5})}},
      {"jwks", {5, Json::object(), {{"keys", Json::array()}}}},
      {"post_logout_redirect_uris", {Json::array({"javascript:alert(1)"})}},
  };
  for (const auto& [name, values] : bad) {
    for (const Json& value : values)
      EXPECT_THAT(fault(with(sigma_client(), name, value)), HasSubstr(name)) << name << " " << value;
  }
}

TEST(ClientMetadata, UnknownMembersNameTheNearest) {
  EXPECT_THAT(fault(with(sigma_client(), "redirect_uri", kCallback)), HasSubstr("did you mean redirect_uris?"));
  EXPECT_THAT(fault(with(sigma_client(), "client_secret", "x")), HasSubstr("client_secret is not a member"));
  EXPECT_THAT(fault(with(sigma_client(), "something_else_entirely", 1)),
              HasSubstr("something_else_entirely is not a member"));
}

TEST(ClientMetadata, AllFaultsAtOnce) {
  EXPECT_THAT(
      fault({{"client_id", "a b"}, {"redirect_uris", {"/cb"}}, {"scope", 5}, {"skip_consent", 1}}),
      AllOf(HasSubstr("client_id"), HasSubstr("redirect_uris[0]"), HasSubstr("scope"), HasSubstr("skip_consent")));
}

TEST(ClientMetadata, HostileShapes) {
  for (const Json& json : {Json(), Json(5), Json("x"), Json::array(), Json::object()})
    EXPECT_NE(fault(json), "") << json;
  EXPECT_THAT(fault(with(sigma_client(), "client_name", std::string("a\0b", 3))), HasSubstr("control characters"));
  EXPECT_THAT(fault(with(sigma_client(), "software_id", "a\r\nb")), HasSubstr("control characters"));
  EXPECT_THAT(fault(with(sigma_client(), "a\nb", 1)), HasSubstr("control characters"));
}

TEST(ClientMetadata, ClientsWithoutPeople) {
  const Json machine = {{"client_id", "job"},
                        {"grant_types", {"client_credentials"}},
                        {"token_endpoint_auth_method", "client_secret_basic"}};
  const auto client = parse(machine);
  ASSERT_TRUE(client) << client.error().description();
  EXPECT_TRUE(uses_secret(*client));
  EXPECT_EQ(render_client(*client)["response_types"], Json::array());
  EXPECT_THAT(fault(with(machine, "token_endpoint_auth_method", "none")), HasSubstr("client_credentials"));
  EXPECT_THAT(fault(with(machine, "response_types", {"code"})), HasSubstr("response_types"));
}

TEST(ClientMetadata, PrivateKeyJwtNeedsUsableKeys) {
  const Json key = {{"kty", "EC"},
                    {"crv", "P-256"},
                    {"kid", "a"},
                    {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                    {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};  // RFC 7515 A.3
  const Json client = {
      {"client_id", "job"}, {"redirect_uris", {kCallback}}, {"token_endpoint_auth_method", "private_key_jwt"}};
  EXPECT_THAT(fault(client), HasSubstr("jwks"));
  const Json keyed = with(client, "jwks", {{"keys", {key}}});
  EXPECT_EQ(fault(keyed), "");
  for (const char* alg : {"RS256", "PS256", "ES256", "EdDSA", "Ed25519", "ES256K"})
    EXPECT_EQ(fault(with(keyed, "token_endpoint_auth_signing_alg", alg)), "") << "discovery promises it";
  EXPECT_THAT(fault(with(keyed, "token_endpoint_auth_signing_alg", "HS256")), HasSubstr("token_endpoint_auth_signing"));
  Json secret = key;
  secret["d"] = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
  EXPECT_THAT(fault(with(client, "jwks", {{"keys", {secret}}})), HasSubstr("jwks"));
}

TEST(ClientMetadata, LogoutAddresses) {
  Json json = with(sigma_client(), "backchannel_logout_uri", "https://app.example.com/bye?tenant=1");
  json["backchannel_logout_session_required"] = true;
  json["post_logout_redirect_uris"] = {"https://app.example.com/out"};
  const auto client = parse(json);
  ASSERT_TRUE(client) << client.error().description();
  for (const char* name :
       {"backchannel_logout_uri", "backchannel_logout_session_required", "post_logout_redirect_uris"})
    EXPECT_EQ(render_client(*client)[name], json[name]);
  for (const char* uri : {"http://app.example.com/bye", "https://app.example.com/bye#x", "https://a:b@app.example.com/",
                          "/bye", "ftp://app.example.com/", "com.example.app:/bye"}) {
    EXPECT_THAT(fault(with(with(json, "application_type", "native"), "backchannel_logout_uri", uri)),
                HasSubstr("backchannel_logout_uri"))
        << uri;
  }
  json.erase("backchannel_logout_uri");
  EXPECT_THAT(fault(json), HasSubstr("backchannel_logout_session_required needs"));
}

TEST(ClientMetadata, RenderedClientsReadBackTheSame) {
  Json json = sigma_client();
  json["scope"] = "openid profile";
  json["logo_uri"] = "https://app.example.com/logo.png";
  json["id_token_signed_response_alg"] = "ES256K";
  json["skip_consent"] = true;
  json["require_pkce"] = true;
  const auto client = parse(json);
  ASSERT_TRUE(client) << client.error().description();
  Json rendered = render_client(*client);
  EXPECT_EQ(rendered["client_id_issued_at"], kNow.seconds());
  EXPECT_EQ(rendered["verified"], true) << "a member that can be set can be seen";
  rendered.erase("client_id_issued_at");
  const auto again = parse(rendered);
  ASSERT_TRUE(again) << again.error().description();
  EXPECT_EQ(render_client(*again), render_client(*client));
}

TEST(ClientPatch, ChangesWhatItNamesAndKeepsTheRest) {
  auto client = *parse(with(sigma_client(), "logo_uri", "https://app.example.com/logo.png"));
  client.secrets = {{store::SecretHash{std::string(32, 'h')}, kNow, {}}};
  const auto changed =
      apply_patch(client, {{"client_name", "Renamed"}, {"disabled", true}, {"logo_uri", nullptr}}, {}, kNow);
  ASSERT_TRUE(changed) << changed.error().description();
  EXPECT_EQ(changed->name, "Renamed");
  EXPECT_TRUE(changed->disabled);
  EXPECT_FALSE(changed->metadata.contains("logo_uri"));
  EXPECT_EQ(changed->redirect_uris, client.redirect_uris);
  EXPECT_EQ(changed->secrets.size(), 1u);
  EXPECT_EQ(changed->created_at, client.created_at);
  EXPECT_GT(changed->updated_at, client.updated_at) << "even within one millisecond";
}

TEST(ClientPatch, FollowsAndRefuses) {
  const auto client = *parse(sigma_client());
  EXPECT_EQ(apply_patch(client, {{"member_pubkey", kOtherKey}}, {}, kNow)->member_keys.at(0).pubkey, kOtherKey);
  EXPECT_TRUE(apply_patch(client, {{"grant_types", {"client_credentials"}}}, {}, kNow));
  EXPECT_TRUE(apply_patch(client, {{"client_id", "my-app"}}, {}, kNow)) << "saying what it is changes nothing";
  for (const Json& patch :
       {Json{{"client_id", "other"}}, Json{{"client_secret", "x"}}, Json{{"client_id_issued_at", 1}},
        Json{{"client_id", nullptr}}, Json{{"redirect_uris", Json::array()}}, Json{{"redirect_uris", nullptr}},
        Json{{"nope", 1}}, Json::array(), Json(5)}) {
    EXPECT_FALSE(apply_patch(client, patch, {}, kNow)) << patch;
  }
}

TEST(ClientPatch, WhatTheServerNotedStays) {
  auto client = *parse({{"client_id", "free-name"}, {"grant_types", {"refresh_token"}}});
  client.metadata["unverified"] = true;
  client.registration_token = store::SecretHash{std::string(32, 'r')};
  client.expires_at = kNow;
  const auto changed = apply_patch(client, {{"disabled", true}}, {}, kNow);
  ASSERT_TRUE(changed) << changed.error().description();
  EXPECT_TRUE(changed->disabled);
  EXPECT_EQ(changed->metadata["unverified"], true);
  EXPECT_FALSE(is_vouched_for(*changed));
  EXPECT_EQ(changed->registration_token, client.registration_token);
  EXPECT_EQ(changed->expires_at, client.expires_at);
  EXPECT_FALSE(apply_patch(client, {{"unverified", false}}, {}, kNow)) << "no member to be set";
}

// Security case 60: a list of what is allowed, so that a member which comes later is the operator's first.
TEST(Registrars, OnlyAnAdministratorSetsEveryMember) {
  const Json everything = {{"client_id", "my-app"},
                           {"redirect_uris", {kCallback}},
                           {"token_endpoint_auth_method", "none"},
                           {"skip_consent", true},
                           {"disabled", true},
                           {"verified", true},
                           {"owner_bap_id", "Go8vCHAa4S6AhXKTABGpANiz35J"},
                           {"access_token_format", "jwt"},
                           {"resources", {"https://api.example.com"}},
                           {"may_act", "other-app"}};
  EXPECT_EQ(fault(everything), "");
  for (const Registrar registrar : {Registrar::owner, Registrar::software}) {
    const auto described = describe_client(everything, registration_rules(registrar, {}), kNow);
    std::vector<std::string> refused;
    for (const MetadataFault& each : described.faults) refused.push_back(each.member);
    EXPECT_THAT(refused, testing::UnorderedElementsAre("client_id", "skip_consent", "disabled", "verified",
                                                       "owner_bap_id", "access_token_format", "resources", "may_act"));
  }
  const auto document = describe_client(everything, registration_rules(Registrar::document, {}), kNow);
  EXPECT_TRUE(document.faults.empty()) << "a document is not ours to complain about …";
  EXPECT_TRUE(document.client.id.empty() && !document.client.skip_consent && !document.client.disabled);
  EXPECT_FALSE(document.client.owner_bap_id || is_vouched_for(document.client)) << "… and does not count there";
}

TEST(Registrars, AReplacementKeepsWhatIsTheOperators) {
  auto current = *parse(with(with(sigma_client(), "skip_consent", true), "logo_uri", "https://app.example.com/l.png"));
  const Json said = {{"redirect_uris", {"https://new.example.com/cb"}}, {"token_endpoint_auth_method", "none"}};
  const auto [changed, faults] = replace_client(current, said, registration_rules(Registrar::software, {}), kNow);
  EXPECT_EQ(describe_faults(faults), "");
  EXPECT_EQ(changed.id, current.id);
  EXPECT_TRUE(changed.skip_consent);
  EXPECT_FALSE(changed.metadata.contains("logo_uri")) << "left out is taken back";
  EXPECT_TRUE(changed.member_keys.empty());
}

// Security cases 1–3 at registration.
TEST(RedirectUri, WebClients) {
  for (const char* good : {"https://a.example/cb", "https://a.example", "https://a.example:8443/cb?x=1",
                           "HTTPS://a.example/cb", "https://[2001:db8::1]/cb"}) {
    EXPECT_TRUE(check_redirect_uri(good, {})) << good;
  }
  for (const char* bad : {"",
                          "/cb",
                          "//a.example/cb",
                          "a.example/cb",
                          "https:///cb",
                          "https:/cb",
                          "https:cb",
                          "https://",
                          "http://a.example/cb",
                          "http://localhost/cb",
                          "http://127.0.0.1/cb",
                          "https://a.example/cb#",
                          "https://a.example/cb#f",
                          "https://u@a.example/cb",
                          "https://u:p@a.example/cb",
                          "https://a.example@evil.com/cb",
                          "https://a.example\\@evil.com/cb",
                          "https://*.example/cb",
                          "https://a.example%2eevil.com/cb",
                          "https://a.example./cb",
                          "https://a.example/cb/../x",
                          "https://a.example/cb/%2e%2E/x",
                          "https://a.example/./cb",
                          "https://a.example/c b",
                          "https://a.example/\tcb",
                          "https://a.example/cb\n",
                          "https://ä.example/cb",
                          "https://a.example:/cb",
                          "https://a.example:0/cb",
                          "https://a.example:99999/cb",
                          "javascript:alert(1)",
                          "JavaScript://a.example/%0aalert(1)",
                          "data:text/html,x",
                          "vbscript:x",
                          "file:///etc/passwd",
                          "blob:https://a.example/1",
                          "about:blank",
                          "myapp:/cb",
                          "com.example.app:/cb",
                          "urn:ietf:wg:oauth:2.0:oob"}) {
    EXPECT_FALSE(check_redirect_uri(bad, {})) << bad;
  }
  EXPECT_TRUE(check_redirect_uri("https://a.example/" + std::string(1'980, 'x'), {}));
  EXPECT_FALSE(check_redirect_uri("https://a.example/" + std::string(2'000, 'x'), {}));
}

TEST(RedirectUri, NativeAndDevelopment) {
  const RedirectUriRules native{.native = true};
  for (const char* good : {"com.example.app:/cb", "com.example.app://host/cb", "http://127.0.0.1/cb",
                           "http://[::1]:4711/cb", "https://a.example/cb"}) {
    EXPECT_TRUE(check_redirect_uri(good, native)) << good;
  }
  for (const char* bad : {"myapp:/cb", "javascript:alert(1)", "http://localhost/cb", "http://127.0.0.1.evil.com/cb",
                          "http://127.1/cb", "http://2130706433/cb", "http://0/cb"}) {
    EXPECT_FALSE(check_redirect_uri(bad, native)) << bad;
  }
  const RedirectUriRules development{.allow_http_loopback = true};
  EXPECT_TRUE(check_redirect_uri("http://localhost:3000/cb", development));
  EXPECT_FALSE(check_redirect_uri("http://localhost.evil.com/cb", development));
  EXPECT_FALSE(check_redirect_uri("http://intranet/cb", development));
}

}  // namespace
}  // namespace sigma::oauth
