// Who gets a token for which host, and what makes room for it (tokenpass-contract §4).
#include "service.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;
using namespace std::chrono_literals;

class SitesTest : public testing::Service {
 protected:
  static http::Headers page(const std::string& origin) {
    http::Headers headers;
    headers.add("Origin", origin);
    return headers;
  }
  Reply approve(Json approval) {
    approval.update({{"password", kPassword}});
    return post("/api/approvals", approval);
  }
  std::optional<Prompt> ask(const std::string& origin, const Scopes& scopes) {
    return app_->prompts.ask({.id = {},
                              .origin = origin,
                              .host = origin.substr(origin.find("//") + 2),
                              .scopes = scopes,
                              .icon = {},
                              .bap_id = {},
                              .asked = {},
                              .joined = false});
  }
};

TEST_F(SitesTest, AProgramGetsWhatWasApprovedAndNoMore) {
  register_wallet();
  const std::string first = core::json_string(get("/api/profile").body, "bapID").value();
  const Json guest = post("/api/identity", {{"name", "Script"}}).body;
  ASSERT_EQ(
      approve({{"host", "Script.example"}, {"scopes", "sign"}, {"duration", "1h"}, {"bapId", guest["idKey"]}}).status,
      200);
  const Json wish = {{"host", "Script.example"}, {"scopes", "sign"}, {"expire", "forever"}, {"identityKey", first}};
  const Reply reply = post("/api/auth", wish);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body["expireTime"], clock_.now().ms + 3'600'000) << "ends with the approval";
  EXPECT_EQ(reply.body["bapId"], guest["idKey"]) << "as whom it was allowed";
  pass(1h + 1ms);
  EXPECT_EQ(post("/api/auth", wish).status, 400);
}

TEST_F(SitesTest, ExpiredTokensMakeRoomBeforeLiveOnes) {
  register_wallet();
  const std::string lasting = token("1h");
  for (int i = 0; i < 15; ++i) token("once");
  pass(11s);
  const std::string next = token("1h");
  EXPECT_EQ(sign(lasting).status, 200);
  EXPECT_EQ(sign(next).status, 200);
}

TEST_F(SitesTest, OneSiteCannotKeepTheOthersFromAsking) {
  ASSERT_TRUE(ask("https://evil.example", {"sign"}));
  ASSERT_TRUE(ask("https://evil.example", {"sign", "encrypt"}));
  EXPECT_TRUE(ask("https://evil.example", {"encrypt", "sign"})->joined) << "the same question in another order";
  EXPECT_FALSE(ask("https://evil.example", {"decrypt"}));
  EXPECT_TRUE(ask("https://app.example", {"sign"}));
  EXPECT_EQ(app_->prompts.list().size(), 3U);
}

// Who has many subdomains, or many ports of one address, is one owner among the others.
TEST_F(SitesTest, OneOwnerCannotKeepTheOthersFromAsking) {
  const auto flood = [&](const std::string& before, const std::string& after) {
    for (int i = 0; i < 40; ++i) (void)ask(before + std::to_string(i) + after, {"sign"});
    return app_->prompts.list();
  };
  for (const auto& [before, after] : {std::pair("https://h", ".evil.example:8443"),
                                      std::pair("http://127.0.0.1:80", ""), std::pair("http://[::1]:80", "")}) {
    const auto waiting = flood(before, after);
    ASSERT_EQ(waiting.size(), 32U);
    const auto first = ask("https://app.example", {"sign"});
    ASSERT_TRUE(first) << before;
    EXPECT_FALSE(app_->prompts.find(waiting.back().id)) << "the latest made room";
    EXPECT_TRUE(app_->prompts.find(waiting.front().id));
    EXPECT_FALSE(ask(std::string(before) + "99" + after, {"sign"})) << "and gets none for itself";
    EXPECT_TRUE(ask("https://10.0.0.1", {"sign"}));
    EXPECT_TRUE(ask("https://11.0.0.1", {"sign"})) << "addresses are not subdomains";
    EXPECT_EQ(app_->prompts.list().size(), 32U);
    app_->prompts.forget_all();
  }
  // Where everybody has as many as the next one, the first come are the first served.
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(ask(fmt::format("https://a{}.example", i), {"sign"}));
  EXPECT_FALSE(ask("https://late.example", {"sign"}));
}

TEST_F(SitesTest, TheStateOfAHostHasABound) {
  register_wallet();
  const auto authorization = [&](const char* host) {
    const Json wish = {{"password", kPassword}, {"host", host}, {"scopes", "read_state,write_state"}, {"expire", "1h"}};
    return bearer(core::json_string(post("/api/auth", wish).body, "accessToken").value_or(""));
  };
  const http::Headers one = authorization("one.example"), other = authorization("other.example");
  const std::size_t room = 64 * 1024 - std::string_view(R"({"x":""})").size();
  const std::string full(room, 'x');
  EXPECT_EQ(post("/api/state", {{"x", full}}, one).status, 200);
  EXPECT_EQ(post("/api/state", {{"x", full + "x"}}, one).status, 400);
  EXPECT_EQ(post("/api/state", {{"y", 1}}, one).status, 400) << "together with what is there";
  EXPECT_EQ(app_->sites.state("one.example"), Json({{"x", full}})) << "what was refused changed nothing";
  EXPECT_EQ(post("/api/state", {{"x", full}}, other).status, 200) << "each has its own";
}

// The default port is one of a scheme: who serves http at port 443 is not who serves https there.
TEST_F(SitesTest, TheDefaultPortOfAnotherSchemeIsAnotherHost) {
  register_wallet();
  std::set<std::string> addresses;
  for (const auto& [origin, host] :
       {std::pair("https://app.example", "APP.example:443"), std::pair("http://app.example:443", "app.example:443")}) {
    ASSERT_EQ(approve({{"host", host}, {"origin", origin}, {"scopes", "sign"}, {"duration", "1h"}}).status, 200);
    const Reply reply = post("/api/auth", {{"host", host}, {"scopes", "sign"}, {"expire", "1h"}}, page(origin));
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Reply signed_text = sign(core::json_string(reply.body, "accessToken").value());
    addresses.insert(core::json_string(signed_text.body, "address").value());
  }
  EXPECT_EQ(addresses.size(), 2U);
  // By name alone both are the host that the scheme's default port belongs to.
  EXPECT_EQ(approve({{"host", "app.example"}, {"origin", "https://other.example"}, {"duration", "1h"}}).status, 400);
}

}  // namespace
}  // namespace sigma::tokenpass
