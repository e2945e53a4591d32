// Several wallets in one folder: what belongs to one of them stays with it.
#include "service.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;
using namespace std::chrono_literals;

class Wallets : public testing::Service {
 protected:
  static constexpr const char* kOther = "somebody else's";
  static constexpr const char* kWords =
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

  Reply guess() { return post("/api/login", {{"password", "wrong password"}}); }
  Reply login(const char* password = kPassword) { return post("/api/login", {{"password", password}}); }
  std::string session_of(const Reply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return core::json_string(reply.body, "session").value_or("");
  }
  std::string session() { return session_of(post("/api/login", {{"password", kPassword}}, own_page())); }
  /// What a page of ours may do that was shown the password.
  int allow(const std::string& session) {
    return post("/api/approvals", {{"host", "app.example"}, {"scopes", "sign"}, {"duration", "1h"}}, own_page(session))
        .status;
  }
  void make(const char* path, Json more = Json::object()) {
    more.update({{"path", path}, {"password", kOther}});
    const Reply made = post("/api/backups/create", more);
    ASSERT_EQ(made.status, 200) << made.body;
  }
  void use(const char* path) { ASSERT_EQ(post("/api/backups/switch", {{"path", path}}).status, 200); }
};

TEST_F(Wallets, TheRightPasswordOfAnotherForgetsNoGuesses) {
  register_wallet();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guess().status, 401);
  make("other.vault");
  EXPECT_EQ(login(kOther).status, 200);
  use("wallet.vault");
  EXPECT_EQ(login().status, 429);
  use("other.vault");
  EXPECT_EQ(login(kOther).status, 200) << "its own count";
}

// The caller cannot read what lies in the cloud: for them it opens as the vault does.
TEST_F(Wallets, AWrongPasswordForTheCopyInTheCloudIsAGuess) {
  register_wallet();
  const std::string copy = app_->wallet.backup(false, "copy").value();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(guess().status, 401);
  EXPECT_EQ(app_->wallet.open_copy(copy, "wrong password").error().status(), 401);
  EXPECT_EQ(app_->wallet.open_copy(copy, kPassword).error().status(), 429);
  EXPECT_EQ(login().status, 429);
  pass(60s);
  EXPECT_TRUE(app_->wallet.open_copy(copy, kPassword));
}

TEST_F(Wallets, PageSessionsEndWithTheWalletTheyWereShownThePasswordOf) {
  register_wallet();
  std::string shown = session();
  EXPECT_EQ(allow(shown), 200);
  EXPECT_EQ(login().status, 200);
  EXPECT_EQ(allow(shown), 200) << "the same wallet goes on";

  make("other.vault");
  EXPECT_EQ(allow(shown), 401) << "another wallet";
  shown = session_of(post("/api/import", {{"password", kOther}, {"mnemonic", kWords}}, own_page()));
  EXPECT_EQ(allow(shown), 200);
  use("wallet.vault");
  EXPECT_EQ(login().status, 200);
  EXPECT_EQ(allow(shown), 401) << "the first one again";
}

TEST_F(Wallets, PageSessionsEndWithAWalletThatWasNotUsed) {
  register_wallet();
  const std::string shown = session();
  pass(8h + 1ms);
  ASSERT_EQ(login().status, 200) << "before the server has noticed";
  EXPECT_EQ(allow(shown), 401);
}

TEST_F(Wallets, QuestionsEndWithTheWalletTheyWereAskedOf) {
  register_wallet();
  ASSERT_TRUE(app_->prompts.ask({.id = {},
                                 .origin = "https://app.example",
                                 .host = "app.example",
                                 .scopes = {"sign"},
                                 .icon = {},
                                 .bap_id = {},
                                 .asked = {},
                                 .joined = false}));
  make("other.vault");
  EXPECT_TRUE(app_->prompts.list().empty());
}

TEST_F(Wallets, EachHasItsProfile) {
  ASSERT_EQ(post("/api/register", {{"password", kPassword}, {"displayName", "Alice"}}).status, 200);
  const Json alice = get("/api/profile").body;
  make("other.vault");
  const Json nobody = get("/api/profile").body;
  EXPECT_FALSE(nobody.contains("displayName"));
  EXPECT_NE(nobody.at("bapID"), alice.at("bapID"));
  ASSERT_EQ(post("/api/profile", {{"displayName", "Bob"}, {"paymail", "bob@example.com"}}).status, 200);
  const Json bob = get("/api/profile").body;

  use("wallet.vault");
  EXPECT_EQ(get("/api/profile").body, alice) << "while locked";
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(get("/api/profile").body, alice);
  use("other.vault");
  restart();
  ASSERT_EQ(login(kOther).status, 200);
  EXPECT_EQ(get("/api/profile").body, bob);
}

TEST_F(Wallets, AProfileThatWasLostComesBackFromTheIdentity) {
  ASSERT_EQ(post("/api/register", {{"password", kPassword}, {"displayName", "Alice"}}).status, 200);
  const Json alice = get("/api/profile").body;
  stop();
  std::filesystem::remove(config_.folder / "tokenpass.json");
  start();
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(get("/api/profile").body, alice);
}

TEST_F(Wallets, TheRecordOfAnEarlierVersionIsThatOfItsWallet) {
  register_wallet();
  stop();
  const Json record = {{"version", 1},
                       {"wallet", "wallet.vault"},
                       {"profile", {{"host", "global"}, {"displayName", "Alice"}}},
                       {"failures", {{"count", 5}, {"last", clock_.now().ms}}}};
  ASSERT_TRUE(vault::replace_file(config_.folder / "tokenpass.json", core::dump_json(record)));
  start();
  EXPECT_EQ(get("/api/profile").body.at("displayName"), "Alice");
  EXPECT_EQ(login().status, 429);
}

TEST_F(Wallets, AWalletHasRoomForTwoHundredIdentities) {
  register_wallet();
  const auto guest = [&](const char* host) { return post("/api/identity/guest", {{"host", host}}); };
  const Json first = guest("first.example").body;
  for (int i = 0; i < 198; ++i) ASSERT_EQ(post("/api/identity", {{"name", std::to_string(i)}}).status, 200) << i;
  const auto count = [&] { return get("/api/identity").body.value("count", 0); };
  EXPECT_EQ(count(), 200);
  EXPECT_EQ(post("/api/identity", {{"name", "one more"}}).status, 400);
  EXPECT_EQ(guest("late.example").status, 400);
  EXPECT_EQ(guest("first.example").body.at("idKey"), first.at("idKey")) << "who is there is found again";
  EXPECT_EQ(count(), 200);
  restart();
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(count(), 200) << "and all are read again";
}

// What is written must be read at the next start, or nothing starts any more.
TEST_F(Wallets, TheRecordHasABound) {
  register_wallet();
  auto record = PublicRecord::load(config_.folder / "tokenpass.json").value();
  ASSERT_TRUE(record.set_profile({{"filler", std::string(8 * 1024 * 1024 - 4096, 'x')}}));
  EXPECT_FALSE(record.set_label("a.vault", std::string(8192, 'x')));
  EXPECT_TRUE(PublicRecord::load(config_.folder / "tokenpass.json"));
}

}  // namespace
}  // namespace sigma::tokenpass
