#include "sigma/vault/sealed_vault.hpp"

#include <gtest/gtest.h>

#include "sigma/core/json.hpp"
#include "sigma/crypto/random.hpp"

namespace sigma::vault {
namespace {

using core::Code;

// Cheap on purpose: what is tested here is the format, not the stretching.
constexpr crypto::Argon2Cost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};
constexpr std::string_view kPassword = "correct horse battery";
constexpr std::string_view kContents = R"({"mnemonic":"abandon abandon about"})";

class SealedVaultTest : public ::testing::Test {
 protected:
  SealedVault vault() { return SealedVault::create(kPassword, random_, kCheap).value(); }
  std::string file() { return vault().seal(kContents, random_).value(); }
  /// The file with one member changed.
  std::string changed(const std::function<void(core::Json&)>& change) {
    core::Json json = core::parse_json(file()).value();
    change(json);
    return core::dump_json(json);
  }
  Code open_error(std::string_view text, std::string_view password = kPassword) {
    const auto opened = SealedVault::open(text, password);
    EXPECT_FALSE(opened);
    return opened ? Code::internal : opened.error().code();
  }

  crypto::SystemRandom random_;
};

TEST_F(SealedVaultTest, OpensWithItsPassword) {
  const auto opened = SealedVault::open(file(), kPassword);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->contents.view(), kContents);
}

TEST_F(SealedVaultTest, AnOpenedVaultCanBeWrittenAgain) {
  const auto opened = SealedVault::open(file(), kPassword);
  const std::string next = opened->vault.seal("later contents", random_).value();
  EXPECT_EQ(SealedVault::open(next, kPassword)->contents.view(), "later contents");
}

TEST_F(SealedVaultTest, TheContentsDoNotShow) {
  EXPECT_EQ(file().find("abandon"), std::string::npos);
}

TEST_F(SealedVaultTest, EveryVaultHasItsOwnSaltAndKey) {
  const auto one = core::parse_json(file()).value();
  const auto other = core::parse_json(file()).value();
  EXPECT_NE(one.at("kdf").at("salt"), other.at("kdf").at("salt"));
  EXPECT_NE(one.at("key"), other.at("key"));
}

TEST_F(SealedVaultTest, WrongPasswordIsUnauthorized) {
  for (const std::string_view wrong : {"", "correct horse batter", "Correct horse battery", "correct horse battery "}) {
    EXPECT_EQ(open_error(file(), wrong), Code::unauthorized) << wrong;
  }
}

TEST_F(SealedVaultTest, ChecksThePasswordWithoutOpening) {
  const SealedVault sealed = vault();
  EXPECT_TRUE(sealed.check_password(kPassword));
  EXPECT_EQ(sealed.check_password("something else").error().code(), Code::unauthorized);
}

TEST_F(SealedVaultTest, ChangedContentsAreFoundOut) {
  EXPECT_EQ(open_error(changed([](auto& json) {
              auto text = json["contents"].template get<std::string>();
              text[20] = text[20] == 'A' ? 'B' : 'A';
              json["contents"] = text;
            })),
            Code::conflict);
}

TEST_F(SealedVaultTest, ContentsOfAnotherVaultAreFoundOut) {
  const auto other = core::parse_json(file()).value();
  EXPECT_EQ(open_error(changed([&](auto& json) { json["contents"] = other.at("contents"); })), Code::conflict);
}

TEST_F(SealedVaultTest, AChangedHeaderBreaksTheSeal) {
  EXPECT_EQ(open_error(changed([](auto& json) { json["kdf"]["passes"] = 2; })), Code::unauthorized);
  EXPECT_EQ(open_error(changed([](auto& json) { json["kdf"]["salt"] = "AAAAAAAAAAAAAAAAAAAAAA=="; })),
            Code::unauthorized);
}

TEST_F(SealedVaultTest, ForeignAndDamagedFilesAreRefused) {
  EXPECT_EQ(open_error(""), Code::invalid_input);
  EXPECT_EQ(open_error("{}"), Code::invalid_input);
  EXPECT_EQ(open_error("[]"), Code::invalid_input);
  EXPECT_EQ(open_error(file().substr(0, 100)), Code::invalid_input);
  for (const char* part : {"format", "version", "kdf", "key", "contents"}) {
    EXPECT_EQ(open_error(changed([&](auto& json) { json.erase(part); })), Code::invalid_input) << part;
    EXPECT_EQ(open_error(changed([&](auto& json) { json[part] = 7; })), Code::invalid_input) << part;
  }
  EXPECT_EQ(open_error(changed([](auto& json) { json["version"] = 2; })), Code::invalid_input);
}

TEST_F(SealedVaultTest, APlantedFileCannotAskForUnboundedWork) {
  EXPECT_EQ(open_error(changed([](auto& json) { json["kdf"]["memoryKiB"] = 4'000'000; })), Code::invalid_input);
  EXPECT_EQ(open_error(changed([](auto& json) { json["kdf"]["passes"] = 1'000'000; })), Code::invalid_input);
  EXPECT_EQ(open_error(changed([](auto& json) { json["kdf"]["lanes"] = 0; })), Code::invalid_input);
}

// The contract's floor (tokenpass-contract §11.1): 64 MiB, three passes.
TEST(VaultCost, IsNotBelowTheContract) {
  EXPECT_GE(kVaultCost.memory_kib, 64u * 1024);
  EXPECT_GE(kVaultCost.passes, 3u);
}

}  // namespace
}  // namespace sigma::vault
