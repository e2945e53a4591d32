// What happens by the clock: tokens, approvals, guessing, locking (tokenpass-contract §4.3, §14).
#include "service.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;
using namespace std::chrono_literals;

class Time : public testing::Service {
 protected:
  Reply guess() { return post("/api/login", {{"password", "wrong password"}}); }
  Reply login() { return post("/api/login", {{"password", kPassword}}); }
};

TEST_F(Time, TokensLiveAsLongAsTheyWereAskedFor) {
  register_wallet();
  const std::pair<const char*, core::Milliseconds> lifetimes[] = {
      {"once", 10s}, {"1h", 1h}, {"1d", 24h}, {"1w", 168h}, {"1m", 720h}};
  for (const auto& [name, lifetime] : lifetimes) {
    const std::string text = token(name);
    pass(lifetime);
    EXPECT_EQ(login().status, 200);  // a month is longer than the wallet stays open
    EXPECT_EQ(sign(text).status, 200) << name;
    EXPECT_EQ(sign(text).status, 200) << "once is ten seconds, not a single use";
    pass(1ms);
    const Reply expired = sign(text);
    EXPECT_EQ(expired.status, 401);
    EXPECT_EQ(expired.code(), 5);
  }
}

// Decision 5 of the contract's section 13.
TEST_F(Time, WhoAsksForNoLifetimeGetsTenSecondsOrTheHourThatTheOwnerChose) {
  register_wallet();
  const Json wish = {{"password", kPassword}, {"host", "example.com"}, {"scopes", "sign"}};
  EXPECT_EQ(post("/api/auth", wish).body["expireTime"], clock_.now().ms + 10'000);
  config_.default_hour = true;
  restart();
  EXPECT_EQ(post("/api/auth", wish).body["expireTime"], clock_.now().ms + 3'600'000);
}

TEST_F(Time, ForeverIsForever) {
  register_wallet();
  const std::string text = token("forever");
  pass(20 * 8760h);
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(sign(text).status, 200);
}

TEST_F(Time, ExpiredTokensAreForgottenAfterADay) {
  register_wallet();
  const std::string text = token("1h");
  pass(1h + 24h + 1ms);
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(sign(text).code(), 5);
  token("1h", "other.example");  // sweeps
  EXPECT_EQ(sign(text).code(), 3);
}

TEST_F(Time, AHostHasSixteenTokensAtMost) {
  register_wallet();
  std::vector<std::string> texts;
  for (int i = 0; i < 17; ++i) texts.push_back(token("1h"));
  EXPECT_EQ(sign(texts[0]).code(), 3);
  for (int i = 1; i < 17; ++i) EXPECT_EQ(sign(texts[i]).status, 200) << i;
}

TEST_F(Time, AfterEachFiveWrongPasswordsTheWaitDoubles) {
  register_wallet();
  for (const core::Milliseconds wait : {60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(guess().status, 401) << wait.count();
    const Reply refused = login();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.body.value("retryAfter", 0), std::chrono::duration_cast<std::chrono::seconds>(wait).count());
    const auto tells = [&](const std::string& text) {
      return refused.body.value("error", "").find("again in " + text + ".") != std::string::npos;
    };
    EXPECT_TRUE(tells(wait > 120s ? fmt::format("{} minutes", wait / 1min) : fmt::format("{} seconds", wait / 1s)))
        << refused.body;
    pass(wait - 1ms);
    const Reply blocked = login();
    EXPECT_EQ(blocked.status, 429);
    EXPECT_EQ(blocked.body.value("retryAfter", 0), 1);
    EXPECT_NE(blocked.body.value("error", "").find("again in 1 second."), std::string::npos) << blocked.body;
    pass(1ms);
  }
  EXPECT_EQ(login().status, 200);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(guess().status, 401) << "a right password begins anew";
  EXPECT_EQ(login().status, 200);
}

// Or any other user of the machine would keep the owner out for ever with a request an hour.
TEST_F(Time, AWrongPasswordNowAndThenKeepsNobodyOut) {
  register_wallet();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(guess().status, 401) << i;
    pass(10min);
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(guess().status, 401);
  EXPECT_EQ(login().status, 200);
}

TEST_F(Time, AnEmptyPasswordIsAMistakeAndNoGuess) {
  register_wallet();
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(post("/api/auth", {{"host", "a.example"}, {"password", ""}}).status, 400);
    EXPECT_EQ(post("/api/approvals", {{"host", "a.example"}, {"password", ""}}).status, 400);
  }
  EXPECT_EQ(login().status, 200);
}

TEST_F(Time, TheWaitOutlivesTheProcess) {
  register_wallet();
  for (int i = 0; i < 5; ++i) guess();
  restart();
  EXPECT_EQ(login().status, 429);
  pass(60s);
  EXPECT_EQ(login().status, 200);
}

TEST_F(Time, AClockThatWasSetBackLocksNobodyOutForLonger) {
  register_wallet();
  for (int i = 0; i < 5; ++i) guess();
  clock_.advance(-8760h);
  EXPECT_EQ(login().status, 429);
  EXPECT_LE(login().body.value("retryAfter", 0), 60);
}

TEST_F(Time, TheWalletLocksItselfWhenItIsNotUsed) {
  register_wallet();
  const std::string text = token("forever");
  for (int i = 0; i < 3; ++i) {
    pass(8h);
    EXPECT_EQ(sign(text).status, 200) << "use keeps it open";
  }
  for (int i = 0; i < 8; ++i) {
    pass(1h);
    EXPECT_EQ(get("/api/status").status, 200);  // looking does not
  }
  pass(1ms);
  EXPECT_TRUE(app_->wallet.overdue());
  EXPECT_EQ(sign(text).code(), 1);
  EXPECT_EQ(get("/api/status").body.value("unlocked", true), false);
}

TEST_F(Time, ApprovalsEnd) {
  register_wallet();
  ASSERT_EQ(post("/api/approvals",
                 {{"host", "app.example"}, {"scopes", {"sign"}}, {"duration", "1h"}, {"password", kPassword}})
                .status,
            200);
  const auto ask = [&] { return post("/api/auth", {{"host", "app.example"}, {"scopes", "sign"}}); };
  EXPECT_EQ(ask().status, 200);
  pass(1h);
  EXPECT_EQ(ask().status, 200);
  pass(1ms);
  EXPECT_EQ(ask().status, 400);
}

TEST_F(Time, AnApprovalOfOneOriginIsNotThatOfAnother) {
  register_wallet();
  const auto approve = [&](const Json& more) {
    Json body = {{"host", "app.example"}, {"scopes", "sign"}, {"duration", "1h"}, {"password", kPassword}};
    body.update(more);
    return post("/api/approvals", body).status;
  };
  EXPECT_EQ(approve({{"origin", "https://evil.example"}}), 400);
  EXPECT_EQ(approve({{"origin", "https://app.example:8443"}}), 400);
  EXPECT_EQ(approve({{"origin", "https://app.example"}}), 200);
  EXPECT_TRUE(app_->sites.find_approval("https://app.example", "app.example", {"sign"}));
  EXPECT_FALSE(app_->sites.find_approval("http://app.example", "app.example", {"sign"}));
  EXPECT_FALSE(app_->sites.find_approval("", "app.example", {"sign"}));
  EXPECT_FALSE(app_->sites.find_approval("https://app.example", "app.example", {"sign", "fund"}));
}

}  // namespace
}  // namespace sigma::tokenpass
