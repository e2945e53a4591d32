// A browser in which the wallet was unlocked before does not wait for what is guessed elsewhere.
#include "service.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;
using namespace std::chrono_literals;

class KnownBrowsersTest : public testing::Service {
 protected:
  KnownBrowsersTest() { register_wallet(); }

  Reply login(const http::Headers& headers = {}, const char* password = kPassword) {
    return post("/api/login", {{"password", password}}, headers);
  }
  Reply login_in(const std::string& browser, const char* password = kPassword) {
    return login(own_page("", browser), password);
  }
  /// What the browser keeps that has shown the password.
  std::string known(const std::string& shown = "") {
    return core::json_string(login_in(shown).body, "browser").value_or("");
  }
  void guess_elsewhere() {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(login({}, "wrong password").status, 401);
    EXPECT_EQ(login().status, 429);
  }
};

TEST_F(KnownBrowsersTest, UnlockWhileOthersGuess) {
  const std::string browser = known();
  ASSERT_EQ(browser.size(), 43U);
  ASSERT_EQ(post("/api/logout").status, 200);
  guess_elsewhere();
  restart();
  ASSERT_EQ(login_in(browser).status, 200);
  EXPECT_EQ(post("/api/export", {{"password", kPassword}}, own_page("", browser)).status, 200);
  const Json wish = {{"host", "app.example"}, {"scopes", "sign"}, {"password", kPassword}};
  EXPECT_EQ(post("/api/approvals", wish, own_page("", browser)).status, 200);
  EXPECT_EQ(post("/api/auth", wish, own_page("", browser)).status, 200);
  EXPECT_EQ(post("/api/backups/download", {{"password", kPassword}}, own_page("", browser)).status, 200);
  EXPECT_EQ(post("/api/auto-approval", {{"password", kPassword}, {"duration", "1h"}}, own_page("", browser)).status,
            200);
  EXPECT_EQ(post("/api/password", {{"password", kPassword}, {"newPassword", kPassword}}, own_page("", browser)).status,
            200);
  EXPECT_EQ(login().status, 429) << "the right password there forgets no guess that was made here";
}

TEST_F(KnownBrowsersTest, HaveFiveGuessesOfTheirOwn) {
  const std::string browser = known();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(login_in(browser, "wrong password").status, 401);
  EXPECT_EQ(login_in(browser).status, 429);
  EXPECT_EQ(login().status, 200) << "elsewhere nothing was guessed";
  EXPECT_EQ(login_in(browser).status, 429);
  restart();
  EXPECT_EQ(login_in(browser).status, 429) << "on the disk";
  pass(60s);
  EXPECT_EQ(login_in(browser).status, 200);
}

TEST_F(KnownBrowsersTest, AreOurPagesWithWhatTheyWereGiven) {
  const std::string browser = known();
  guess_elsewhere();
  EXPECT_EQ(login_in(std::string(43, 'A')).status, 429) << "made up";
  EXPECT_EQ(login_in(browser + "A").status, 429);
  http::Headers program;
  program.add("X-TokenPass-Browser", browser);
  EXPECT_EQ(login(program).status, 429) << "programs have no pages";
  EXPECT_EQ(login_in(browser).status, 200);
}

TEST_F(KnownBrowsersTest, KeepOneTextForAllWallets) {
  const std::string browser = known();
  const Json words = {
      {"password", kPassword},
      {"mnemonic", "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"}};
  EXPECT_EQ(post("/api/import", words, own_page("", browser)).body.at("browser"), browser);
  guess_elsewhere();
  EXPECT_EQ(login_in(browser).status, 200) << "known to the new wallet";
  ASSERT_EQ(post("/api/backups/switch", {{"path", "wallet.vault"}}).status, 200);
  guess_elsewhere();
  EXPECT_EQ(known(browser), browser) << "and still to the first";
}

TEST_F(KnownBrowsersTest, AreEightTheLongestUnseenIsForgotten) {
  std::vector<std::string> browsers;
  for (int i = 0; i < 8; ++i) browsers.push_back(known());
  known(browsers[0]);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(login_in(browsers[1], "wrong password").status, 401);
  browsers.push_back(known());
  guess_elsewhere();
  EXPECT_EQ(login_in(browsers[1]).status, 429);
  for (const int i : {0, 2, 3, 4, 5, 6, 7, 8}) EXPECT_EQ(login_in(browsers[i]).status, 200) << i;
  stop();
  const auto record = PublicRecord::load(config_.folder / "tokenpass.json").value();
  EXPECT_EQ(record.browsers("wallet.vault").size(), 8U);
}

}  // namespace
}  // namespace sigma::tokenpass
