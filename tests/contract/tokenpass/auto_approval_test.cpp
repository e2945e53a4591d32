// A person's yes to every site for a while (tokenpass-contract §4.2, docs/decisions/0013): off by default, bounded,
// revocable, seen in the activity.
#include "service.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;
using namespace std::chrono_literals;

class AutoApprovals : public testing::Service {
 protected:
  AutoApprovals() {
    register_wallet();
    // No room for another question: who would have to ask is refused at once, instead of waiting for a person.
    fill_questions();
  }
  /// A question that waits.
  std::optional<Prompt> question(const std::string& origin, const std::string& host, Scopes scopes) {
    Prompt prompt;
    prompt.origin = origin;
    prompt.host = host;
    prompt.scopes = std::move(scopes);
    return app_->prompts.ask(std::move(prompt));
  }
  void fill_questions() {
    for (std::size_t i = 0; i < Prompts::kMaxPrompts; ++i) {
      question("https://waiting.example", std::to_string(i), {});
    }
  }
  Reply switch_on(Json more = Json::object()) {
    Json body = {{"password", kPassword}, {"duration", "1d"}};
    body.update(more);
    return post("/api/auto-approval", body);
  }
  Reply ask(const std::string& origin, Json more = Json::object()) {
    http::Headers headers;
    headers.add("Origin", origin);
    Json body = {{"host", origin.substr(origin.find("://") + 3)}, {"scopes", {"sign"}}, {"expiry", "forever"}};
    body.update(more);
    return post("/api/auth", body, headers);
  }
  bool has_to_ask(const std::string& origin, const Json& more = Json::object()) {
    const Reply reply = ask(origin, more);
    EXPECT_TRUE(reply.status == 200 || reply.code() == 7) << reply.body;
    return reply.status != 200;
  }
  std::vector<std::string> happened() {
    std::vector<std::string> list;
    const Json activity = get("/api/activity").body["activity"];
    for (const Json& entry : activity)
      list.push_back(entry["host"].get<std::string>() + ": " + entry["what"].get<std::string>());
    return list;
  }
};

TEST_F(AutoApprovals, AreOffUntilThePersonSwitchesThemOn) {
  EXPECT_EQ(get("/api/auto-approval").body["on"], false);
  EXPECT_TRUE(has_to_ask("https://app.example"));
  EXPECT_EQ(happened(), std::vector<std::string>{});
}

TEST_F(AutoApprovals, GiveAnHourAtMostAndAreSeen) {
  const Reply on = switch_on();
  ASSERT_EQ(on.status, 200) << on.body;
  EXPECT_EQ(on.body["on"], true);
  EXPECT_EQ(on.body["until"], (clock_.now() + 24h).ms);
  const Reply given = ask("https://app.example");
  ASSERT_EQ(given.status, 200) << given.body;
  EXPECT_EQ(given.body["expireTime"], (clock_.now() + 1h).ms);
  EXPECT_EQ(sign(given.body.value("accessToken", "")).status, 200);
  EXPECT_EQ(get("/api/sites").body["sites"][0]["automatic"], true);
  EXPECT_EQ(happened(),
            (std::vector<std::string>{"app.example: signed a message", "app.example: got access without a question",
                                      ": switched auto-approval on"}));
  pass(24h - 30min);
  ASSERT_EQ(post("/api/login", {{"password", kPassword}}).status, 200);  // nobody used it for eight hours
  fill_questions();
  EXPECT_EQ(ask("https://app.example").body["expireTime"], (clock_.now() + 30min).ms) << "no longer than itself";
  pass(30min);
  EXPECT_TRUE(has_to_ask("https://app.example"));
  EXPECT_EQ(get("/api/auto-approval").body["on"], false);
}

TEST_F(AutoApprovals, TakeThePasswordInTheVeryRequest) {
  const std::string session = post("/api/login", {{"password", kPassword}}).body.value("session", "");
  http::Headers own, foreign;
  own.add("Origin", "http://localhost:21000");
  own.add("X-TokenPass-Session", session);
  foreign.add("Origin", "https://app.example");
  EXPECT_EQ(post("/api/auto-approval", {{"duration", "1h"}}, own).status, 400);
  EXPECT_EQ(switch_on({{"password", "wrong password"}}).status, 401);
  EXPECT_EQ(post("/api/auto-approval", {{"duration", "1h"}, {"password", kPassword}}, foreign).code(), 7);
  EXPECT_EQ(call(http::Method::del, "/api/auto-approval", Json::object(), foreign).code(), 7);
  EXPECT_TRUE(has_to_ask("https://app.example"));
}

TEST_F(AutoApprovals, NeverLastForEverAndNeverGiveWhatSpendsOrRewrites) {
  for (const char* duration : {"forever", "once", "2h", ""}) {
    EXPECT_EQ(switch_on({{"duration", duration}}).status, 400) << duration;
  }
  for (const char* scope : {"fund", "transfer", "write_profile"}) {
    EXPECT_EQ(switch_on({{"scopes", scope}}).status, 400) << scope;
  }
  ASSERT_EQ(switch_on({{"scopes", "sign,read_profile"}}).status, 200);
  EXPECT_FALSE(has_to_ask("https://app.example", {{"scopes", {"sign", "read_profile"}}}));
  EXPECT_FALSE(has_to_ask("https://app.example", {{"scopes", Json::array()}}));
  for (const char* scope : {"encrypt", "fund", "transfer", "write_profile"}) {
    EXPECT_TRUE(has_to_ask("https://app.example", {{"scopes", {"sign", scope}}})) << scope;
  }
}

TEST_F(AutoApprovals, AreForThePageItselfAndOnlyWhereNobodyCanPoseAsIt) {
  ASSERT_EQ(switch_on().status, 200);
  EXPECT_EQ(ask("https://app.example", {{"host", "bank.example"}}).code(), 7);
  EXPECT_TRUE(has_to_ask("http://app.example"));
  for (const char* origin :
       {"https://app.example:8443", "http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:8080"}) {
    EXPECT_FALSE(has_to_ask(origin)) << origin;
  }
  EXPECT_TRUE(has_to_ask("http://localhost.evil.example"));
  EXPECT_EQ(post("/api/auth", {{"host", "my-script"}, {"scopes", "sign"}}).status, 400) << "programs are not pages";
}

TEST_F(AutoApprovals, SwitchedOffEndWhatTheyGave) {
  const std::string by_password = token("1h");
  ASSERT_EQ(switch_on().status, 200);
  const std::string given = ask("https://app.example").body.value("accessToken", "");
  const Reply off = call(http::Method::del, "/api/auto-approval");
  EXPECT_EQ(off.body["ended"], 1);
  EXPECT_EQ(sign(given).code(), 3);
  EXPECT_EQ(sign(by_password).status, 200);
  EXPECT_TRUE(has_to_ask("https://app.example"));
  EXPECT_EQ(happened()[1], ": switched auto-approval off");
}

TEST_F(AutoApprovals, ADisconnectedOrRefusedSiteHasToAsk) {
  ASSERT_EQ(switch_on().status, 200);
  ASSERT_FALSE(has_to_ask("https://one.example"));
  EXPECT_EQ(call(http::Method::del, "/api/sites", {{"host", "one.example"}}).body["ended"], 1);
  EXPECT_TRUE(has_to_ask("https://one.example"));
  app_->prompts.forget_all();
  const auto asked = question("https://two.example", "two.example", {"fund"});
  EXPECT_EQ(post("/api/approvals/" + asked->id, {{"allow", false}}).status, 200);
  fill_questions();
  EXPECT_TRUE(has_to_ask("https://two.example"));
  EXPECT_FALSE(has_to_ask("https://three.example"));
  EXPECT_EQ(get("/api/auto-approval").body["except"], (Json{"one.example", "two.example"}));
  ASSERT_EQ(switch_on({{"duration", "1w"}}).status, 200);
  EXPECT_TRUE(has_to_ask("https://one.example")) << "renewing forgets nobody";
}

TEST_F(AutoApprovals, SurviveLockingAndRestarts) {
  ASSERT_EQ(switch_on().status, 200);
  const std::string given = ask("https://app.example").body.value("accessToken", "");
  restart();
  EXPECT_EQ(ask("https://app.example").code(), 1) << "locked";
  EXPECT_EQ(get("/api/auto-approval").code(), 1);
  ASSERT_EQ(post("/api/login", {{"password", kPassword}}).status, 200);
  EXPECT_FALSE(has_to_ask("https://app.example"));
  EXPECT_EQ(sign(given).status, 200);
  EXPECT_EQ(call(http::Method::del, "/api/auto-approval").body["ended"], 2);
}

// Which identities there are is nobody's business, and as whom a site sees the person is theirs.
TEST_F(AutoApprovals, ThePageDoesNotChooseTheIdentity) {
  const Json primary = get("/api/identity").body["primaryId"];
  const Json work = post("/api/identity", {{"name", "Work"}}).body["idKey"];
  ASSERT_EQ(switch_on().status, 200);
  for (const Json& wanted : {work, Json("nobody's")}) {
    const Reply given = ask("https://app.example", {{"identityKey", wanted}});
    EXPECT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(given.body["bapId"], primary);
  }
  ASSERT_EQ(
      post(
          "/api/approvals",
          {{"host", "guest.example"}, {"scopes", "sign"}, {"bapId", work}, {"duration", "1h"}, {"password", kPassword}})
          .status,
      200);
  const Reply known = ask("https://guest.example", {{"identityKey", primary}});
  EXPECT_EQ(known.body["bapId"], work);

  // Nor does it sign as another one than it was given.
  http::Headers page = bearer(known.body.value("accessToken", ""));
  page.add("Origin", "https://guest.example");
  EXPECT_EQ(post("/api/sign", {{"message", "x"}, {"bapId", work}}, page).status, 200);
  for (const Json& wanted : {primary, Json("nobody's")}) {
    const Reply refused = post("/api/sign", {{"message", "x"}, {"bapId", wanted}}, page);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), 7);
  }
  const Reply program = post("/api/sign", {{"message", "x"}, {"bapId", primary}}, bearer(token("1h")));
  EXPECT_EQ(program.status, 200) << program.body;
}

TEST_F(AutoApprovals, ASiteHasOneGuest) {
  const Reply made = post("/api/identity/guest", {{"host", "app.example"}});
  EXPECT_EQ(made.body["guestFor"], "app.example");
  EXPECT_EQ(post("/api/identity/guest", {{"host", "APP.example:443"}}).body["idKey"], made.body["idKey"]);
  EXPECT_NE(post("/api/identity/guest", {{"host", "other.example"}}).body["idKey"], made.body["idKey"]);
  const Json list = get("/api/identity").body["identities"];
  EXPECT_EQ(list.size(), 3u);
  EXPECT_FALSE(list[0].contains("guestFor"));
  EXPECT_EQ(list[1]["name"], "Guest @ app.example");
}

TEST_F(AutoApprovals, ASiteCannotFlushTheActivity) {
  ASSERT_EQ(switch_on().status, 200);
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(has_to_ask("https://app.example"));
  const Json activity = get("/api/activity").body["activity"];
  ASSERT_EQ(activity.size(), 2u);
  EXPECT_EQ(activity[0]["times"], 100);
  pass(2h);
  ASSERT_FALSE(has_to_ask("https://app.example"));
  EXPECT_EQ(get("/api/activity").body["activity"].size(), 3u) << "later it is listed anew";
}

}  // namespace
}  // namespace sigma::tokenpass
