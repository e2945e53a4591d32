// Every recorded token, with our verdict (the npm library's is in the files too, and wrong in places).
#include "sigma/bitcoin/auth_token.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

core::UtcTime time_of(const json& object, const char* name) {
  return core::parse_iso8601(text(object, name)).value();
}

std::optional<std::string> body_of(const json& object) {
  return object["body"].is_null() ? std::nullopt : std::optional(text(object, "body"));
}

TEST(AuthTokenVectors, Sigma) {
  const auto vectors = load("sigma/auth-tokens.json")["vectors"];
  ASSERT_EQ(vectors.size(), 119u);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(text(vector, "name"));
    const auto& server = vector["server"];
    const auto path = text(server, "path");
    const auto body = body_of(server);
    AuthTokenExpectation expectation;
    expectation.paths = {path};
    if (body) expectation.bodies = {*body};
    expectation.now = time_of(server, "now");
    expectation.window = std::chrono::minutes(server["timePadMinutes"].get<int>());

    const auto result = verify_auth_token(text(vector, "token"), expectation);
    const auto& expect = vector["expect"];
    EXPECT_EQ(result ? "ok" : to_string(result.error().fault), text(expect, "reason"));
    ASSERT_EQ(result.has_value(), expect["valid"].get<bool>());
    if (!result) {
      EXPECT_FALSE(result.error().description.empty());
      continue;
    }
    EXPECT_EQ(result->pubkey.hex(), text(expect, "signingKey"));
    EXPECT_EQ(to_string(result->scheme), text(vector["signed"], "scheme"));
    EXPECT_EQ(result->timestamp, time_of(vector["signed"], "timestamp"));
    EXPECT_EQ(result->signed_body.has_value(), body && !body->empty());
    EXPECT_EQ(core::hex_encode(result->replay_key),
              hex(crypto::sha256(text(expect, "signingKey") + "|" + text(vector["signed"], "text"))));
    EXPECT_EQ(result->remember_until, result->timestamp + expectation.window + std::chrono::minutes(1));
  }
}

TEST(AuthTokenVectors, TokenPass) {
  const auto file = load("tokenpass/auth-tokens.json");
  ASSERT_EQ(file["vectors"].size(), 16u);
  for (const auto& vector : file["vectors"]) {
    const auto token = text(vector, "token");
    SCOPED_TRACE(token);
    const auto parsed = parse_auth_token(token);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->pubkey, text(vector["parsed"], "pubkey"));
    EXPECT_EQ(to_string(parsed->scheme), text(vector["parsed"], "scheme"));
    EXPECT_EQ(parsed->timestamp, text(vector["parsed"], "timestamp"));
    EXPECT_EQ(parsed->request_path, text(vector["parsed"], "requestPath"));
    EXPECT_EQ(parsed->signature, text(vector["parsed"], "signature"));

    const auto path = text(vector, "requestPath");
    const auto body = body_of(vector);
    AuthTokenExpectation expectation;
    expectation.paths = {path};
    if (body) expectation.bodies = {*body};
    expectation.now = time_of(vector, "timestamp");
    EXPECT_TRUE(verify_auth_token(token, expectation));

    // The key id of a brc77 message is what the client drew at random.
    const auto scheme = parse_auth_scheme(text(vector, "scheme")).value();
    ScriptedRandom key_id{scheme == AuthScheme::brc77 ? unbase64(parsed->signature).substr(38, 32) : std::string()};
    EXPECT_EQ(make_auth_token(wif(vector), scheme, path, body, expectation.now, key_id).value(), token);
  }
  ASSERT_EQ(file["reject"].size(), 9u);
  for (const auto& vector : file["reject"]) {
    const auto path = text(vector, "requestPath");
    const auto body = body_of(vector);
    AuthTokenExpectation expectation;
    expectation.paths = {path};
    if (body) expectation.bodies = {*body};
    expectation.now = time_of(vector, "now");
    EXPECT_FALSE(verify_auth_token(text(vector, "token"), expectation)) << text(vector, "why");
  }
}

TEST(LegacyFormBody, Vectors) {
  const auto vectors = load("sigma/form-bodies.json")["vectors"];
  ASSERT_EQ(vectors.size(), 20u);
  for (const auto& vector : vectors) {
    const auto raw = text(vector, "raw");
    const auto legacy = legacy_form_body(raw);
    EXPECT_EQ(legacy.has_value(), !vector["same"].get<bool>()) << raw;
    EXPECT_EQ(legacy.value_or(raw), text(vector, "reserialised"));
  }
}

TEST(LegacyFormBody, CornersOfUrlSearchParams) {
  const std::pair<std::string, std::optional<std::string>> cases[] = {
      {"b=1&10=x&9=y&01=z&a=2", "9=y&10=x&b=1&01=z&a=2"},
      {"4294967295=a&4294967294=b&c=1", "4294967294=b&4294967295=a&c=1"},
      {"x=1&-1=a&1.5=b&+1=c", "x=1&-1=a&1.5=b&+1=c"},  // none is canonical; the last name is " 1"
      {"a=1&b=2&a=3", "a=3&b=2"},
      {"__proto__=1&a=2", "a=2"},
      {"a=%", "a=%25"},
      {"a=%4", "a=%254"},
      {"a=%41", "a=A"},
      {"a==b", "a=%3Db"},
      {"a=%ff", std::nullopt},
      {"a=%00", std::nullopt},
  };
  for (const auto& [raw, expected] : cases) {
    const auto legacy = legacy_form_body(raw);
    EXPECT_EQ(legacy.has_value(), expected.has_value() && *expected != raw) << raw;
    if (expected) EXPECT_EQ(legacy.value_or(raw), *expected);
  }
  std::string many = "a=~";
  for (int i = 0; i < 199; ++i) many += "&n" + std::to_string(i) + "=";
  EXPECT_TRUE(legacy_form_body(many));
  EXPECT_FALSE(legacy_form_body(many + "&z="));
}

}  // namespace
}  // namespace sigma::bitcoin
