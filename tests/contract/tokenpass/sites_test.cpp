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
                              .host = "app.example",
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
