// Keys of every generation against what the older servers derived (tokenpass-contract §6, §9).
#include "sigma/keyring/keyring.hpp"

#include "sigma/bap/attestation.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/random.hpp"
#include "vectors.hpp"

namespace sigma::keyring {
namespace {

using bitcoin::PrivateKey;
using core::Code;
using testing::json;
using testing::load;
using testing::rows;
using testing::text;

TEST(KeyringMasters, OfEveryGeneration) {
  for (const json& vector : rows("bip39-bip32.json", "vectors")) {
    const std::string words = text(vector, "mnemonic"), passphrase = text(vector, "passphrase");
    SCOPED_TRACE(words.substr(0, 40) + " / " + passphrase);
    const json& masters = vector.at("masters");

    const auto gen1 = Keyring::from_words(words, "", KeyRules::gen1).value();
    const auto gen1_root = bitcoin::ExtendedKey::from_xprv(text(masters.at("gen1_rootFromEntropy"), "xprv")).value();
    EXPECT_EQ(gen1.master_key()->to_hex(), gen1_root.key().to_hex());

    const auto gen2 = Keyring::from_words(words, passphrase, KeyRules::gen2).value();
    EXPECT_EQ(core::hex_encode(gen2.seed()), text(vector, "seedHex"));
    EXPECT_EQ(gen2.master_key()->to_hex(), text(masters.at("gen2_sha256OfSeed"), "privHex"));

    const auto type42 = Keyring::from_words(words, passphrase, KeyRules::type42).value();
    EXPECT_EQ(type42.root_key()->to_wif(), text(masters.at("gen3_rootPk"), "wif"));
    EXPECT_EQ(type42.master_key()->to_wif(), text(masters.at("gen3_afterLogin"), "wif"));

    const auto extended = Keyring::from_xprv(text(vector, "xprv")).value();
    EXPECT_EQ(extended.master_key()->to_wif(), text(masters.at("gen3_rootPk"), "wif"));
  }
}

TEST(KeyringMasters, BadWordsAreRefused) {
  EXPECT_EQ(Keyring::from_words("abandon abandon", "", KeyRules::type42).error().code(), Code::invalid_input);
}

class HostKeys : public ::testing::Test {
 protected:
  json vectors_ = load("host-keys.json");
  std::string words_ = text(vectors_.at("wallet"), "mnemonic");
  std::string passphrase_ = text(vectors_.at("wallet"), "passphrase");
};

TEST_F(HostKeys, FirstGenerationKeepsItsPaths) {
  auto keyring = Keyring::from_words(words_, "", KeyRules::gen1).value();
  for (const json& row : vectors_.at("gen1_bip44")) {
    ASSERT_TRUE(keyring.keep_host_path(text(row, "host"), text(row, "path")));
    const auto key = keyring.host_key(text(row, "host")).value();
    EXPECT_EQ(key.to_wif(), text(row, "wif"));
    EXPECT_EQ(key.public_key().address(), text(row, "address"));
  }
}

TEST_F(HostKeys, SecondGenerationKeepsItsInvoices) {
  auto keyring = Keyring::from_words(words_, passphrase_, KeyRules::gen2).value();
  for (const json& row : vectors_.at("gen2_type42_sigmaAuth")) {
    ASSERT_TRUE(keyring.keep_host_path(text(row, "host"), text(row, "invoice")));
    EXPECT_EQ(keyring.host_key(text(row, "host"))->to_wif(), text(row, "wif"));
  }
}

TEST_F(HostKeys, ThirdGenerationInItsSteadyState) {
  auto keyring = Keyring::from_words(words_, passphrase_, KeyRules::type42).value();
  for (const json& row : vectors_.at("gen3_type42_tokenpass_steadyState")) {
    const std::string host = text(row, "host");
    // The older server used hosts as they came; a row of it is looked up first.
    if (host != canonical_host(host)) ASSERT_TRUE(keyring.keep_host_path(host, text(row, "invoice")));
    EXPECT_EQ(keyring.host_key(host)->to_wif(), text(row, "wif")) << host;
  }
}

TEST_F(HostKeys, NewHostsAreWrittenInOneWay) {
  const auto keyring = Keyring::from_words(words_, passphrase_, KeyRules::type42).value();
  EXPECT_EQ(keyring.host_key("EXAMPLE.com")->to_wif(), keyring.host_key("example.com")->to_wif());
  EXPECT_NE(keyring.host_key("example.com:443")->to_wif(), keyring.host_key("example.com")->to_wif())
      << "a port that is named is not the scheme's own: http://example.com:443 is another site";
  EXPECT_NE(keyring.host_key("example.com:3000")->to_wif(), keyring.host_key("example.com")->to_wif());
  EXPECT_EQ(canonical_host("LocalHost:80"), "localhost");
  EXPECT_EQ(canonical_host(":80"), ":80");
}

TEST_F(HostKeys, APathThatLeadsNowhereIsNotKept) {
  auto keyring = Keyring::from_words(words_, "", KeyRules::gen1).value();
  EXPECT_FALSE(keyring.keep_host_path("example.com", "m/what"));
  EXPECT_FALSE(keyring.keep_host_path("example.com", ""));
  EXPECT_EQ(keyring.host_path("example.com"), "2-tokenpass-example.com");
}

void expect_identity(const Keyring& keyring, const Identity& identity, const json& row) {
  EXPECT_EQ(identity.id_key, text(row, "identityKey"));
  EXPECT_EQ(identity.root_path, text(row, "rootPath"));
  EXPECT_EQ(identity.current_path, text(row, "currentPath"));
  EXPECT_EQ(identity.root_address, text(row, "rootAddress"));
  EXPECT_EQ(identity.counter(), row.at("counter").get<int>());
  EXPECT_EQ(keyring.member_key(identity)->public_key().hex(), text(row, "memberPub"));
  EXPECT_EQ(keyring.signing_key(identity)->to_wif(), text(row, "signingWif"));
  EXPECT_EQ(keyring.signing_key(identity)->public_key().address(), text(row, "signingAddress"));
  EXPECT_EQ(keyring.encryption_key(identity)->public_key().hex(), text(row, "encryptionPub"));
}

TEST(Identities, Type42) {
  std::map<std::string, Keyring> wallets;
  for (const json& row : rows("bap-ids.json", "type42")) {
    const std::string root = text(row, "rootPkWif");
    if (!wallets.contains(root)) {
      wallets.emplace(root, Keyring::from_root_key(PrivateKey::from_wif(root).value()).value());
    }
    Keyring& keyring = wallets.at(root);
    const auto counter = row.at("counter").get<std::size_t>();
    while (keyring.identities().size() <= counter) ASSERT_TRUE(keyring.add_identity(text(row, "name")));
    expect_identity(keyring, keyring.identities()[counter], row);
  }
  EXPECT_EQ(wallets.size(), 2u);
}

TEST(Identities, Bip32) {
  const json list = rows("bap-ids.json", "bip32");
  Keyring keyring = Keyring::from_xprv(text(list[0], "xprv")).value();
  for (const json& row : list) {
    const auto counter = row.at("counter").get<std::size_t>();
    while (keyring.identities().size() <= counter) ASSERT_TRUE(keyring.add_identity("another"));
    expect_identity(keyring, keyring.identities()[counter], row);
  }
}

TEST(Identities, AttributesAreSaltedClaims) {
  crypto::SystemRandom random;
  Keyring keyring = Keyring::create(random).value();
  const std::string id = keyring.identities().front().id_key;
  keyring.set_attribute(id, "displayName", "Alice", random);
  const Attribute first = keyring.find_identity(id)->attributes.at("displayName");
  EXPECT_EQ(first.value, "Alice");
  EXPECT_EQ(first.nonce.size(), 64u);
  keyring.set_attribute(id, "displayName", "Bob", random);
  EXPECT_EQ(keyring.find_identity(id)->attributes.at("displayName").nonce, first.nonce);
  keyring.set_attribute(id, "displayName", "", random);
  EXPECT_TRUE(keyring.find_identity(id)->attributes.empty());

  for (const json& row : rows("bap-ids.json", "attributes")) {
    const std::string urn = bap::attribute_urn(text(row, "name"), text(row, "value"), text(row, "nonce"));
    EXPECT_EQ(urn, text(row, "urn"));
    EXPECT_EQ(core::hex_encode(crypto::view(bap::attestation_hash(urn, text(row, "identityKey")))),
              text(row, "attestationHash"));
  }
}

TEST(Identities, OfAnotherWalletAreNotTaken) {
  crypto::SystemRandom random;
  Keyring mine = Keyring::create(random).value();
  const Keyring theirs = Keyring::create(random).value();
  EXPECT_EQ(mine.take_identities(theirs.identities()).error().code(), Code::invalid_input);
  EXPECT_EQ(mine.identities().size(), 1u);
}

TEST(KeyringCreate, IsRestoredByItsWordsAlone) {
  crypto::SystemRandom random;
  const Keyring made = Keyring::create(random).value();
  const Keyring restored = Keyring::from_words(made.mnemonic(), "", KeyRules::type42).value();
  EXPECT_EQ(std::ranges::count(made.mnemonic(), ' '), 11);
  EXPECT_EQ(restored.root_key()->to_wif(), made.root_key()->to_wif());
  EXPECT_EQ(restored.identities().front().id_key, made.identities().front().id_key);
  EXPECT_NE(Keyring::create(random)->mnemonic(), made.mnemonic());
}

TEST(KeyringText, ComesBackWhole) {
  crypto::SystemRandom random;
  Keyring made =
      Keyring::from_words(text(load("host-keys.json").at("wallet"), "mnemonic"), "pass", KeyRules::gen2).value();
  ASSERT_TRUE(made.add_identity("Work"));
  made.set_attribute(made.identities()[1].id_key, "displayName", "Bö\"b", random);
  ASSERT_TRUE(made.keep_host_path("EXAMPLE.com", "2-sigma auth-EXAMPLE.com"));
  const Keyring back = Keyring::deserialise(made.serialise()).value();
  EXPECT_EQ(back.serialise(), made.serialise());
  EXPECT_EQ(back.rules(), KeyRules::gen2);
  EXPECT_EQ(back.passphrase(), "pass");
  EXPECT_EQ(back.host_key("EXAMPLE.com")->to_wif(), made.host_key("EXAMPLE.com")->to_wif());
  EXPECT_EQ(back.identities()[1].attributes.at("displayName").value, "Bö\"b");
}

TEST(KeyringText, ForeignContentsAreRefused) {
  for (const char* bad : {"", "{}", R"({"version":2})", R"({"version":1,"rules":"gen9"})",
                          R"({"version":1,"rules":"type42","seed":"","root":"00"})"}) {
    EXPECT_EQ(Keyring::deserialise(bad).error().code(), Code::invalid_input) << bad;
  }
}

}  // namespace
}  // namespace sigma::keyring
