// Files that are full, damaged, or of another wallet.
#include <sys/resource.h>

#include <csignal>

#include "service.hpp"

namespace sigma::tokenpass {
namespace {

using testing::Json;
using testing::kPassword;
using testing::Reply;

class Disk : public testing::Service {
 protected:
  std::string read(const char* name) { return vault::read_file(config_.folder / name, 1 << 24).value(); }
  void write(const char* name, std::string_view text) { ASSERT_TRUE(vault::replace_file(config_.folder / name, text)); }
  Reply login() { return post("/api/login", {{"password", kPassword}}); }
};

/// While it lives no file can grow beyond `bytes`.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Disk, FullWhileAWalletIsMade) {
  {
    const FullDisk full(100);
    const Reply refused = post("/api/register", {{"password", kPassword}});
    EXPECT_EQ(refused.status, 503) << refused.body;
  }
  EXPECT_EQ(get("/api/status").body.value("created", true), false);
  register_wallet();
}

TEST_F(Disk, FullWhileAnIdentityIsAdded) {
  register_wallet();
  const std::string before = read("wallet.vault");
  {
    const FullDisk full(100);
    EXPECT_EQ(post("/api/identity", {{"name", "Work"}}).status, 503);
  }
  EXPECT_EQ(read("wallet.vault"), before);
  EXPECT_EQ(get("/api/identity").body.at("count"), 1) << "what is not on the disk is not in memory either";
  EXPECT_EQ(post("/api/identity", {{"name", "Work"}}).status, 200);
  restart();
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(get("/api/identity").body.at("count"), 2);
}

TEST_F(Disk, FullWhileThePasswordIsChanged) {
  register_wallet();
  {
    const FullDisk full(100);
    EXPECT_EQ(post("/api/password", {{"password", kPassword}, {"newPassword", "another password"}}).status, 503);
  }
  restart();
  EXPECT_EQ(login().status, 200);
}

TEST_F(Disk, FullWhileWrongPasswordsAreCounted) {
  register_wallet();
  const FullDisk full(10);
  // A guess that cannot be counted is not answered.
  EXPECT_EQ(post("/api/login", {{"password", "wrong password"}}).status, 503);
}

TEST_F(Disk, ADamagedVaultIsToldFromAWrongPassword) {
  register_wallet();
  stop();
  Json vault = core::parse_json(read("wallet.vault")).value();
  std::string contents = vault.at("contents").get<std::string>();
  contents[30] = contents[30] == 'A' ? 'B' : 'A';
  vault["contents"] = contents;
  write("wallet.vault", core::dump_json(vault));
  start();
  const Reply refused = login();
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.at("error").get<std::string>().find("damaged"), std::string::npos);
  write("wallet.vault", "nothing like it");
  EXPECT_EQ(login().status, 400);
  EXPECT_EQ(app_->record.failures("wallet.vault").count, 0) << "a damaged file is no guess";
}

TEST_F(Disk, AnEarlierVersionCanBePutBack) {
  register_wallet();
  post("/api/identity", {{"name", "Work"}});
  stop();
  std::filesystem::copy_file(config_.folder / "wallet.vault~1", config_.folder / "wallet.vault",
                             std::filesystem::copy_options::overwrite_existing);
  start();
  ASSERT_EQ(login().status, 200);
  EXPECT_EQ(get("/api/identity").body.at("count"), 1);
}

TEST_F(Disk, SitesOfAnotherWalletAreSetAside) {
  register_wallet();
  token("forever");
  stop();
  const std::string sealed = read("wallet.sites");
  std::string other = sealed;
  other[40] = static_cast<char>(other[40] ^ 1);
  write("wallet.sites", other);
  start();
  ASSERT_EQ(login().status, 200);
  EXPECT_TRUE(get("/api/sites").body.at("sites").empty());
  EXPECT_EQ(read("wallet.sites.unreadable"), other);
}

TEST_F(Disk, ARecordThatCannotBeReadIsNotOverwritten) {
  register_wallet();
  stop();
  write("tokenpass.json", "{\"version\":99}");
  const auto record = PublicRecord::load(config_.folder / "tokenpass.json");
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code(), core::Code::invalid_input);
  EXPECT_EQ(read("tokenpass.json"), "{\"version\":99}");
  std::filesystem::remove(config_.folder / "tokenpass.json");
  start();
  EXPECT_EQ(login().status, 200) << "the wallet is not in it";
}

}  // namespace
}  // namespace sigma::tokenpass
