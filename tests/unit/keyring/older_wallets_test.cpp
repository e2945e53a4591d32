// Files of all three generations, and backups in both directions (tokenpass-contract §11).
#include "sigma/keyring/older_wallets.hpp"

#include "sigma/crypto/random.hpp"
#include "sigma/keyring/backup_file.hpp"
#include "vectors.hpp"

namespace sigma::keyring {
namespace {

using core::Code;
using testing::json;
using testing::load;
using testing::rows;
using testing::text;

constexpr core::UtcTime kNow{1'769'083'200'000};

const json& backup(const json& vectors, std::string_view kind) {
  for (const json& vector : vectors.at("vectors")) {
    if (text(vector, "kind").starts_with(kind)) return vector;
  }
  ADD_FAILURE() << kind;
  return vectors;
}

TEST(Backups, EveryFileOpensToItsText) {
  for (const json& vector : rows("bep-backups.json", "vectors")) {
    const auto opened = open_backup(text(vector, "fileText"), text(vector, "password"));
    ASSERT_TRUE(opened) << text(vector, "kind");
    EXPECT_EQ(opened->view(), text(vector, "plaintextJson"));
  }
}

TEST(Backups, BadFilesAreRefused) {
  for (const json& vector : rows("bep-backups.json", "reject")) {
    EXPECT_FALSE(open_backup(text(vector, "fileText"), text(vector, "password"))) << text(vector, "why");
  }
}

TEST(Backups, OfType42) {
  const json vectors = load("bep-backups.json");
  const json& vector = backup(vectors, "BapMasterBackup (type42");
  const Keyring keyring = open_wallet_file(text(vector, "fileText") + "\n", text(vector, "password")).value();
  EXPECT_EQ(keyring.rules(), KeyRules::type42);
  ASSERT_EQ(keyring.identities().size(), 2u);
  EXPECT_EQ(keyring.identities()[0].id_key, "3WumfJKFTvnNjn6xHiVGPwYPNfLh");
  EXPECT_EQ(keyring.identities()[1].name, "Guest @ example.com");
  EXPECT_TRUE(keyring.mnemonic().empty());
  // The host keys are those of the steady state.
  for (const json& row : rows("host-keys.json", "gen3_type42_tokenpass_steadyState")) {
    if (text(row, "host") == "example.com") EXPECT_EQ(keyring.host_key("example.com")->to_wif(), text(row, "wif"));
  }
}

TEST(Backups, WordsThatCameAlongAreKeptWithTheirPassphrase) {
  const json vectors = load("bep-backups.json");
  const json& vector = backup(vectors, "type42 with the mnemonic");
  const Keyring keyring = open_wallet_file(text(vector, "fileText"), text(vector, "password")).value();
  EXPECT_TRUE(keyring.mnemonic().starts_with("abandon"));
  EXPECT_EQ(keyring.passphrase(), "correct horse battery");
  EXPECT_EQ(keyring.seed().size(), 64u);
}

TEST(Backups, OfBip32) {
  const json vectors = load("bep-backups.json");
  const json& vector = backup(vectors, "BapMasterBackup (bip32");
  const Keyring keyring = open_wallet_file(text(vector, "fileText"), text(vector, "password")).value();
  EXPECT_EQ(keyring.rules(), KeyRules::xprv);
  EXPECT_TRUE(keyring.mnemonic().starts_with("abandon"));
  EXPECT_EQ(keyring.identities().size(), 1u);
}

TEST(Backups, OfASingleIdentity) {
  const json vectors = load("bep-backups.json");
  const json& vector = backup(vectors, "BapMemberBackup");
  Keyring keyring = open_wallet_file(text(vector, "fileText"), text(vector, "password")).value();
  EXPECT_EQ(keyring.rules(), KeyRules::member);
  const json payload = json::parse(text(vector, "plaintextJson"));
  EXPECT_EQ(keyring.member_key(keyring.identities()[0])->to_wif(), text(payload, "wif"));
  EXPECT_EQ(keyring.add_identity("another").error().code(), Code::conflict);
}

TEST(Backups, OfPaymentKeysAreRefusedWithAReason) {
  const json vectors = load("bep-backups.json");
  for (const char* kind : {"WifBackup", "OneSatBackup"}) {
    const json& vector = backup(vectors, kind);
    const auto refused = open_wallet_file(text(vector, "fileText"), text(vector, "password"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::invalid_input);
    EXPECT_NE(refused.error().description().find("payment keys"), std::string::npos);
  }
}

TEST(Backups, PlainJsonOpensToo) {
  const json vectors = load("bep-backups.json");
  const Keyring keyring =
      open_wallet_file(text(backup(vectors, "BapMasterBackup (type42"), "plaintextJson"), "").value();
  EXPECT_EQ(keyring.identities().size(), 2u);
}

TEST(Backups, OurOwnComeBackWhole) {
  crypto::SystemRandom random;
  const json wallet = load("host-keys.json").at("wallet");
  const std::string words = text(wallet, "mnemonic");
  std::vector<Keyring> wallets;
  wallets.push_back(Keyring::create(random).value());
  wallets.push_back(Keyring::from_words(words, "correct horse battery", KeyRules::type42).value());
  wallets.push_back(Keyring::from_words(words, "correct horse battery", KeyRules::gen2).value());
  wallets.push_back(Keyring::from_xprv(text(load("bip39-bip32.json").at("vectors")[0], "xprv")).value());
  const BackupKey key = derive_backup_key("correct horse battery", random).value();
  for (Keyring& keyring : wallets) {
    const std::string host_key = keyring.host_key("example.com")->to_wif();
    const std::string json_text = backup_json(keyring, {.with_words = true}, kNow, random).value();
    const std::string file = seal_backup(json_text, key, random).value();
    const Keyring back = open_wallet_file(file, "correct horse battery").value();
    EXPECT_EQ(back.host_key("example.com")->to_wif(), host_key);
    EXPECT_EQ(back.identities()[0].id_key, keyring.identities()[0].id_key);
    EXPECT_EQ(back.mnemonic(), keyring.mnemonic());
    EXPECT_EQ(back.passphrase(), keyring.passphrase());
  }
}

// "Addresses of sites never change" (decision 0012): what a backup does not carry, a restored wallet derives otherwise.
TEST(Backups, OfEarlierGenerationsKeepEveryKeyAndIdentity) {
  crypto::SystemRandom random;
  const json wallet = load("host-keys.json").at("wallet");
  const std::string words = text(wallet, "mnemonic"), password = text(wallet, "passphrase");
  for (const KeyRules rules : {KeyRules::gen1, KeyRules::gen2, KeyRules::type42}) {
    Keyring keyring = Keyring::from_words(words, rules == KeyRules::gen1 ? "" : password, rules).value();
    ASSERT_TRUE(keyring.add_identity("Work"));
    keyring.set_attribute(keyring.identities()[1].id_key, "displayName", "Alice", random);
    const std::string old_path = rules == KeyRules::gen1 ? "m/44'/0'/7'/2/0" : "2-sigma auth-Old.example:443";
    ASSERT_TRUE(keyring.keep_host_path("Old.example:443", old_path));
    const std::string json_text = backup_json(keyring, {}, kNow, random).value();
    const Keyring back = keyring_of_backup(json_text, password).value();
    EXPECT_EQ(back.rules(), rules);
    for (const char* host : {"new.example", "Old.example:443"}) {
      EXPECT_EQ(back.host_key(host)->to_wif(), keyring.host_key(host)->to_wif()) << host;
    }
    EXPECT_EQ(back.friend_key("a friend")->to_wif(), keyring.friend_key("a friend")->to_wif());
    EXPECT_EQ(back.seed(), rules == KeyRules::type42 ? "" : keyring.seed());
    ASSERT_EQ(back.identities().size(), 2u);
    EXPECT_EQ(back.identities()[1].id_key, keyring.identities()[1].id_key);
    EXPECT_EQ(back.identities()[1].attributes.at("displayName").value, "Alice");
    json damaged = json::parse(json_text);
    damaged["hostPaths"] = {{"old.example", 7}};
    EXPECT_EQ(keyring_of_backup(damaged.dump(), password).error().code(), Code::invalid_input);
  }
}

// Files that we wrote before they said so: sixteen bytes are the entropy of the first generation.
TEST(Backups, ASeedOfSixteenBytesIsOfTheFirstGeneration) {
  const json vectors = load("seed-db.json");
  const json& vector = vectors.at("gen1")[0];
  const json inner = {{"hex", vector.at("storedHex")}, {"mnemonic", vector.at("mnemonic")}};
  const json file = {{"encryptedVault", inner.dump()}, {"scheme", "tokenpass-seed-v1"}};
  const Keyring keyring = keyring_of_backup(file.dump(), "whatever").value();
  EXPECT_EQ(keyring.rules(), KeyRules::gen1);
  EXPECT_EQ(keyring.mnemonic(), text(vector, "mnemonic"));
  EXPECT_EQ(keyring.master_key()->to_hex(),
            bitcoin::ExtendedKey::from_xprv(text(vector, "bip32RootXprv"))->key().to_hex());
}

TEST(Backups, LeaveTheWordsOutUnlessAsked) {
  crypto::SystemRandom random;
  const Keyring keyring = Keyring::create(random).value();
  EXPECT_EQ(backup_json(keyring, {}, kNow, random)->find("mnemonic"), std::string::npos);
  EXPECT_NE(backup_json(keyring, {.with_words = true}, kNow, random)->find("mnemonic"), std::string::npos);
}

TEST(SeedDb, OfTheFirstGeneration) {
  for (const json& vector : rows("seed-db.json", "gen1")) {
    const std::string file = text(vector, "fileLine") + "\n";
    const auto keyring = open_wallet_file(file, text(vector, "password"));
    ASSERT_TRUE(keyring) << text(vector, "password");
    EXPECT_EQ(keyring->rules(), KeyRules::gen1);
    EXPECT_EQ(keyring->mnemonic(), text(vector, "mnemonic"));
    EXPECT_EQ(core::hex_encode(keyring->seed()), text(vector, "storedHex"));
    EXPECT_EQ(keyring->master_key()->to_hex(),
              bitcoin::ExtendedKey::from_xprv(text(vector, "bip32RootXprv"))->key().to_hex());
    EXPECT_EQ(open_wallet_file(file, "not the password").error().code(), Code::unauthorized);
  }
}

// By the interface the password came as typed, by the dashboard as its hex SHA-256: the person types the same.
TEST(SeedDb, OfTheSecondGeneration) {
  const json vectors = load("seed-db.json").at("gen2");
  for (std::size_t i = 0; i < 2; ++i) {
    const json& vector = vectors[i];
    const auto keyring = open_wallet_file(vector.at("document").dump(), text(vector, "typedPassword"));
    ASSERT_TRUE(keyring) << text(vector, "createdThrough");
    EXPECT_EQ(keyring->rules(), KeyRules::gen2);
    EXPECT_EQ(core::hex_encode(keyring->seed()), text(vector, "seedHex"));
    EXPECT_EQ(keyring->mnemonic(), text(vector, "mnemonic"));
  }
  EXPECT_EQ(open_wallet_file(vectors[0].at("document").dump(), "not the password").error().code(), Code::unauthorized);
}

TEST(SeedDb, ForeignAndBrokenFilesAreRefused) {
  for (const char* bad : {"", "{", "{}", R"({"_id":"x"})", R"({"hex":{},"_id":"x"})",
                          R"({"encrypted":"AAAA","_id":"x"})", "not base64 at all!"}) {
    EXPECT_EQ(open_wallet_file(bad, "whatever it is").error().code(), Code::invalid_input) << bad;
  }
}

TEST(NeDb, TheLastLineOfADocumentWins) {
  const auto documents = read_nedb(
      "{\"_id\":\"a\",\"n\":1}\n{\"_id\":\"b\",\"n\":2}\n{\"$$indexCreated\":{\"fieldName\":\"x\"}}\n"
      "broken{\n{\"_id\":\"a\",\"n\":3}\n{\"$$deleted\":true,\"_id\":\"b\"}\n\n{\"_id\":\"c\",\"n\":4}");
  ASSERT_EQ(documents.size(), 2u);
  EXPECT_EQ(documents[0].at("n"), 3);
  EXPECT_EQ(documents[1].at("n"), 4);
}

TEST(KeysDb, ItsPathsAreKeptAndChangesTold) {
  const json vectors = load("host-keys.json");
  const json wallet = vectors.at("wallet");
  const auto lines_of = [&](const char* generation, const char* path) {
    std::string lines;
    for (const json& row : vectors.at(generation)) {
      lines += json{{"host", row.at("host")},
                    {"path", row.at(path)},
                    {"pub", row.at("pub")},
                    {"address", row.at("address")},
                    {"_id", row.at("host")}}
                   .dump() +
               "\n";
    }
    return lines;
  };
  Keyring gen1 = Keyring::from_words(text(wallet, "mnemonic"), "", KeyRules::gen1).value();
  EXPECT_TRUE(take_host_paths(gen1, lines_of("gen1_bip44", "path")).empty());
  EXPECT_EQ(gen1.host_key("app.example.com")->public_key().address(), "1EzMFY2w4Q4fLuHuR2aiii3HqaRcuP5xZj");

  Keyring gen3 = Keyring::from_words(text(wallet, "mnemonic"), text(wallet, "passphrase"), KeyRules::type42).value();
  EXPECT_TRUE(take_host_paths(gen3, lines_of("gen3_type42_tokenpass_steadyState", "invoice")).empty());
  EXPECT_EQ(take_host_paths(gen3, lines_of("gen3_type42_tokenpass_untilFirstLogin", "invoice")).size(),
            vectors.at("gen3_type42_tokenpass_untilFirstLogin").size());
  EXPECT_EQ(gen3.host_key("example.com")->public_key().address(), "1GC2Mv37Nzy28xbEsFUetaZMt9sT4yvyBu");
}

}  // namespace
}  // namespace sigma::keyring
