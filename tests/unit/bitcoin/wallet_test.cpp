// BIP-32 and BIP-39.
#include <string>

#include "../../../libs/bitcoin/src/bip39_words.hpp"
#include "sigma/bitcoin/base58check.hpp"
#include "sigma/bitcoin/bip32.hpp"
#include "sigma/bitcoin/bip39.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

using testing::hex;
std::string hex(const crypto::SecretBytes& bytes) {
  return core::hex_encode(bytes.view());
}

void expect_key(const PrivateKey& key, const json& vector) {
  EXPECT_EQ(key.to_hex(), text(vector, "privHex"));
  EXPECT_EQ(key.to_wif(), text(vector, "wif"));
  EXPECT_EQ(key.public_key().hex(), text(vector, "pub"));
  EXPECT_EQ(key.public_key().address(), text(vector, "address"));
}

TEST(Bip39, WordsAreThePublishedList) {
  std::string file;
  for (const auto word : bip39_words()) file += std::string(word) + "\n";
  EXPECT_EQ(hex(crypto::sha256(file)), "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
}

TEST(Bip39, WalletsOfThreeGenerations) {
  const auto vectors = load("tokenpass/bip39-bip32.json")["vectors"];
  ASSERT_EQ(vectors.size(), 10u);
  for (const auto& vector : vectors) {
    const auto mnemonic = text(vector, "mnemonic");
    SCOPED_TRACE(mnemonic);
    const auto entropy = entropy_from_mnemonic(mnemonic);
    ASSERT_TRUE(entropy);
    EXPECT_EQ(hex(*entropy), text(vector, "entropyHex"));
    EXPECT_EQ(mnemonic_from_entropy(entropy->view()).value(), mnemonic);
    const auto seed = seed_from_mnemonic(mnemonic, text(vector, "passphrase"));
    ASSERT_TRUE(seed);
    EXPECT_EQ(hex(*seed), text(vector, "seedHex"));

    const auto root = ExtendedKey::from_seed(seed->view()).value();
    EXPECT_EQ(root.to_xprv(), text(vector, "xprv"));
    EXPECT_EQ(root.to_xpub(), text(vector, "xpub"));
    EXPECT_EQ(ExtendedKey::from_xprv(text(vector, "xprv"))->to_xprv(), text(vector, "xprv"));

    const auto& masters = vector["masters"];
    EXPECT_EQ(ExtendedKey::from_seed(entropy->view())->to_xprv(), text(masters["gen1_rootFromEntropy"], "xprv"));
    expect_key(PrivateKey::from_bytes(crypto::view(crypto::sha256(seed->view()))).value(),
               masters["gen2_sha256OfSeed"]);
    expect_key(root.key(), masters["gen3_rootPk"]);
    expect_key(ExtendedKey::from_seed(root.key().secret_bytes())->key(), masters["gen3_afterLogin"]);
  }
}

TEST(Bip39, BadMnemonics) {
  const auto vectors = load("tokenpass/bip39-bip32.json")["invalidMnemonics"];
  for (const auto& vector : vectors)
    EXPECT_FALSE(entropy_from_mnemonic(text(vector, "mnemonic"))) << text(vector, "reason");
  std::string words;
  for (int i = 0; i < 27; ++i) words += "abandon ";
  EXPECT_FALSE(entropy_from_mnemonic(words));
  EXPECT_FALSE(entropy_from_mnemonic(std::string(1 << 20, 'a')));
  EXPECT_FALSE(entropy_from_mnemonic(std::string(11, '\0')));
  EXPECT_FALSE(seed_from_mnemonic("abandon abandon", ""));
  for (const std::size_t size : {0, 4, 15, 17, 33, 36, 64})
    EXPECT_FALSE(mnemonic_from_entropy(std::string(size, 'a'))) << size;
}

TEST(Bip39, TypedBlanksAndCapitalsDoNotMatter) {
  const auto* typed = "\n Legal  winner thank year WAVE sausage\tworth useful legal winner thank yellow\r\n";
  const auto entropy = entropy_from_mnemonic(typed);
  ASSERT_TRUE(entropy);
  EXPECT_EQ(mnemonic_from_entropy(entropy->view()).value(),
            "legal winner thank year wave sausage worth useful legal winner thank yellow");
  EXPECT_EQ(hex(seed_from_mnemonic(typed, "TREZOR").value()),  // from the BIP's own vectors
            "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd38"
            "1ee6260e"
            "8d9739fce1f607");
}

TEST(Bip39, PassphraseIsNormalised) {
  const auto seed = [](std::string_view passphrase) {
    return hex(
        seed_from_mnemonic("legal winner thank year wave sausage worth useful legal winner thank yellow", passphrase)
            .value());
  };
  EXPECT_EQ(seed("p\xc3\xa4ss"), seed("pa\xcc\x88ss"));  // ä composed and decomposed
  EXPECT_NE(seed("pass"), seed("p\xc3\xa4ss"));
  EXPECT_FALSE(
      seed_from_mnemonic("legal winner thank year wave sausage worth useful legal winner thank yellow", "\xff"));
}

TEST(Bip32, PublishedVectors) {
  struct Case {
    const char *seed, *path, *xprv, *xpub;
  };
  const Case cases[] = {
      {"000102030405060708090a0b0c0d0e0f", "m",
       "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPH"
       "i",
       "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet"
       "8"},
      {"000102030405060708090a0b0c0d0e0f", "m/0'/1/2h/2/1000000000",
       "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu7"
       "6",
       "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTH"
       "y"},
      {"4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457d"
       "f2e5a3c51c"
       "73235be",
       "m/0'",  // leading zeros in the private key
       "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4"
       "L",
       "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4"
       "Y"},
  };
  for (const auto& [seed, path, xprv, xpub] : cases) {
    const auto key = ExtendedKey::from_seed(unhex(seed)).value().derive(path).value();
    EXPECT_EQ(key.to_xprv(), xprv) << path;
    EXPECT_EQ(key.to_xpub(), xpub) << path;
    EXPECT_EQ(ExtendedKey::from_xprv(xprv)->to_xpub(), xpub);
  }
}

TEST(Bip32, HostKeysOfTheFirstGeneration) {
  const auto file = load("tokenpass/host-keys.json");
  const auto root = ExtendedKey::from_xprv(text(file["wallet"], "gen1RootXprv")).value();
  ASSERT_EQ(file["gen1_bip44"].size(), 11u);
  for (const auto& vector : file["gen1_bip44"]) expect_key(root.derive(text(vector, "path"))->key(), vector);
}

TEST(Bip32, InvalidSerialisations) {
  const auto root = ExtendedKey::from_seed(std::string(16, 's')).value();
  const auto good = base58check_decode(root.to_xprv()).value();
  const auto edited = [&](std::size_t at, std::string_view bytes) {
    auto payload = good;
    payload.replace(at, bytes.size(), bytes);
    return base58check_encode(payload);
  };
  ASSERT_TRUE(ExtendedKey::from_xprv(base58check_encode(good)));
  ASSERT_TRUE(ExtendedKey::from_xprv(edited(4, "\1")));
  // The kinds of BIP-32's test vector 5.
  const std::pair<const char*, std::string> bad[] = {
      {"depth 0 with a parent", edited(5, "\1")},
      {"depth 0 with a child number", edited(12, "\1")},
      {"public version, private key", edited(0, "\x04\x88\xb2\x1e")},
      {"testnet", edited(0, "\x04\x35\x83\x94")},
      {"prefix 01 of the private key", edited(45, "\1")},
      {"prefix 04", edited(45, "\4")},
      {"key 0", edited(46, std::string(32, '\0'))},
      {"key n", edited(46, unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))},
      {"one byte short", base58check_encode(std::string_view(good).substr(0, 77))},
      {"one byte long", base58check_encode(good + "x")},
      {"public", root.to_xpub()},
      {"checksum", root.to_xprv().substr(0, 110) + (root.to_xprv().back() == 'x' ? "y" : "x")},
      {"empty", ""},
      {"WIF", root.key().to_wif()},
  };
  for (const auto& [what, text] : bad) EXPECT_FALSE(ExtendedKey::from_xprv(text)) << what;
}

TEST(Bip32, PathsAndDepth) {
  const auto root = ExtendedKey::from_seed(std::string(16, 's')).value();
  EXPECT_EQ(root.derive("m")->to_xprv(), root.to_xprv());
  EXPECT_EQ(root.derive("m/2147483647'")->to_xprv(), root.child(0xffffffff)->to_xprv());
  for (const auto* path : {"", "M", "m/", "m//1", "/1", "1", "m1", "m/-1", "m/+1", "m/1''", "m/'", "m/2147483648",
                           "m/4294967296", "m/0x1", "m/1 ", "m/1/", "m/a", "n/1"})
    EXPECT_FALSE(root.derive(path)) << path;
  std::string deep = "m";
  for (int i = 0; i < 255; ++i) deep += "/0";
  EXPECT_TRUE(root.derive(deep));
  EXPECT_FALSE(root.derive(deep + "/0"));
  for (const std::size_t size : {0, 15, 65}) EXPECT_FALSE(ExtendedKey::from_seed(std::string(size, 's')));
}

}  // namespace
}  // namespace sigma::bitcoin
