// The provider with clients that nobody registered: each describes itself at the https address that is its id.
#include <gmock/gmock.h>

#include "provider/provider.hpp"
#include "provider/routes.hpp"
#include "service.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::tokenpass::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The world outside: documents by address.
class Documents : public http::Fetcher {
 public:
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest request) override {
    asked.push_back(request.url);
    const auto found = published.find(request.url);
    http::Response response;
    response.status = found == published.end() ? 404 : 200;
    response.headers.add("Content-Type", "application/json");
    if (found != published.end()) response.body = core::dump_json(found->second);
    co_return response;
  }
  std::map<std::string, Json> published;
  std::vector<std::string> asked;
};

class ProviderTest : public Service {
 protected:
  static constexpr const char* kClient = "https://notes.example/client.json";

  ProviderTest() {
    open();
    outside_.published[kClient] = {{"client_id", kClient},
                                   {"client_name", "Notes"},
                                   {"redirect_uris", {"https://notes.example/cb"}},
                                   {"token_endpoint_auth_method", "none"}};
  }
  void open() {
    auto provider = Provider::open(config_, outside_, clock_, random_);
    ASSERT_TRUE(provider) << provider.error().description();
    app_->provider = std::move(*provider);
    std::vector<http::Route> routes = all_routes(*app_);
    for (http::Route& route : provider_routes(*app_)) routes.push_back(std::move(route));
    router_ = std::make_unique<http::Router>(std::move(routes));
  }
  http::Response send(http::Method method, std::string path, std::string query, std::string body) {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    request.query = std::move(query);
    request.body = std::move(body);
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    const auto match = router_->find(request.method, request.path);
    return core::run_to_end(match.route->handler(std::move(request)));
  }
  static std::string form(const std::vector<http::Form::Parameter>& parameters) {
    http::Form made;
    for (const auto& [name, value] : parameters) made.add(name, value);
    return made.encode();
  }
  http::Response authorize(const std::string& client, const std::string& redirect) {
    return send(http::Method::get, "/api/auth/oauth2/authorize",
                form({{"client_id", client},
                      {"redirect_uri", redirect},
                      {"response_type", "code"},
                      {"scope", "openid"},
                      {"code_challenge", challenge()},
                      {"code_challenge_method", "S256"}}),
                "");
  }
  static std::string challenge() { return core::base64url_encode(crypto::view(crypto::sha256(std::string(43, 'v')))); }
  static std::string location(const http::Response& response) {
    return std::string(response.headers.find("Location").value_or(""));
  }
  std::string query_of(const http::Response& response) {
    const std::string target = location(response);
    EXPECT_THAT(target, StartsWith("/consent?")) << response.status;
    return target.substr(target.find('?') + 1);
  }
  http::Headers page() {
    http::Headers headers;
    headers.add("Origin", config_.base_url());
    headers.add("X-TokenPass-Session", app_->page_sessions.start());
    return headers;
  }
  /// The person's yes; the address that leads back.
  std::string allow(const std::string& query) {
    const Reply reply = post("/api/authorization/answer", {{"query", query}, {"allow", true}}, page());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return core::json_string(reply.body, "url").value_or("");
  }

  Documents outside_;
};

TEST_F(ProviderTest, ClientsDescribeThemselvesAndThePersonIsAskedEachTime) {
  register_wallet();
  for (int turn = 1; turn <= 2; ++turn) {
    const std::string query = query_of(authorize(kClient, "https://notes.example/cb"));
    const Reply shown = post("/api/authorization", {{"query", query}}, page());
    EXPECT_EQ(shown.body["client"]["name"], "Notes");
    EXPECT_EQ(shown.body["client"]["described_at"], kClient);
    EXPECT_EQ(shown.body["origin"], "https://notes.example");
    const std::string back = allow(query);
    EXPECT_THAT(back, StartsWith("https://notes.example/cb?code="));
    const auto answer = http::Form::parse(back.substr(back.find('?') + 1));
    const http::Response tokens = send(http::Method::post, "/api/auth/oauth2/token", "",
                                       form({{"grant_type", "authorization_code"},
                                             {"code", std::string(answer->find("code").value())},
                                             {"redirect_uri", "https://notes.example/cb"},
                                             {"client_id", kClient},
                                             {"code_verifier", std::string(43, 'v')}}));
    EXPECT_EQ(tokens.status, 200) << tokens.body;
    pass(std::chrono::seconds{1});  // a proof is good for one sign-in, and this clock stands
  }
  EXPECT_EQ(outside_.asked.size(), 1U) << "a document is kept for a while";
}

TEST_F(ProviderTest, DocumentsOfOthersAndOverPlainHttpAreRefused) {
  outside_.published["http://notes.example/client.json"] = outside_.published[kClient];
  outside_.published["https://thief.example/client.json"] = outside_.published[kClient];
  for (const char* id : {"http://notes.example/client.json", "https://thief.example/client.json",
                         "https://nobody.example/client.json"}) {
    const http::Response answer = authorize(id, "https://notes.example/cb");
    EXPECT_EQ(answer.status, 400) << id;
    EXPECT_EQ(location(answer), "") << id;
  }
  EXPECT_EQ(authorize(kClient, "https://notes.example/other").status, 400);
  for (const std::string& url : outside_.asked) EXPECT_THAT(url, StartsWith("https://"));
}

TEST_F(ProviderTest, PagesCannotUseUpTheRegistrationsOfADay) {
  const auto registers = [&](const std::string& origin) {
    http::Headers headers;
    if (!origin.empty()) headers.add("Origin", origin);
    const std::string uri = origin.empty() ? "http://127.0.0.1/cb" : origin + "/cb";
    return post("/api/auth/oauth2/register",
                {{"client_name", "x"}, {"redirect_uris", {uri}}, {"token_endpoint_auth_method", "none"}}, headers)
        .status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(registers("https://evil.example"), 201) << i;
  EXPECT_EQ(registers("https://evil.example"), 429);
  EXPECT_EQ(registers("https://app.example"), 201) << "another page";
  for (int i = 0; i < 40; ++i) registers(fmt::format("https://h{}.evil.example", i));
  EXPECT_EQ(registers("https://notes.example"), 429);
  EXPECT_EQ(registers(""), 201) << "a program";
}

TEST_F(ProviderTest, ARequestWaitsTenMinutesForThePerson) {
  register_wallet();
  const std::string query = query_of(authorize(kClient, "https://notes.example/cb"));
  pass(std::chrono::minutes{11});
  const Reply late = post("/api/authorization/answer", {{"query", query}, {"allow", true}}, page());
  EXPECT_EQ(late.status, 400) << late.body;
  EXPECT_THAT(core::json_string(late.body, "error").value_or(""), HasSubstr("too old"));
}

TEST_F(ProviderTest, KeysAreSealedOnTheDiskAndStayOverARestart) {
  const auto keys = send(http::Method::get, "/api/auth/jwks", "", "");
  ASSERT_TRUE(keys.shared_body);
  const std::string before = *keys.shared_body;
  stop();
  const std::string database = vault::read_file(config_.folder / "provider.db", 16 * 1024 * 1024).value();
  EXPECT_THAT(database, HasSubstr("s1."));
  EXPECT_EQ(database.find("PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(database.find("\"d\":"), std::string::npos);
  for (const char* name : {"provider.db", "provider.secret"}) {
    const auto rights = std::filesystem::status(config_.folder / name).permissions();
    EXPECT_EQ(rights & std::filesystem::perms::mask,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
  start();
  open();
  EXPECT_EQ(*send(http::Method::get, "/api/auth/jwks", "", "").shared_body, before);
  stop();
  // Another secret opens nothing: the keys do not come from the database alone.
  ASSERT_TRUE(vault::replace_file(config_.folder / "provider.secret", std::string(64, 'a')));
  start();
  EXPECT_FALSE(Provider::open(config_, outside_, clock_, random_));
}

}  // namespace
}  // namespace sigma::tokenpass::testing
