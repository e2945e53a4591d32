// BIE1 and BRC-78.
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/bitcoin/brc78.hpp"
#include "sigma/bitcoin/ecies.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

PrivateKey private_key(const json& vector, const char* name) {
  return PrivateKey::from_hex(text(vector, name)).value();
}

std::string opened(const core::Result<crypto::SecretBytes>& result) {
  return result ? std::string(result->view()) : "error: " + result.error().description();
}

TEST(Bie1, Vectors) {
  const auto file = load("tokenpass/ecies-bie1.json");
  ASSERT_EQ(file["vectors"].size(), 9u);
  for (const auto& vector : file["vectors"]) {
    const auto message = unhex(text(vector, "ciphertextHex"));
    EXPECT_EQ(message, unbase64(text(vector, "ciphertextBase64")));
    EXPECT_EQ(
        encrypt_bie1(pub(vector, "recipientPub"), private_key(vector, "ephemeralPrivHex"), text(vector, "plaintext")),
        message);
    EXPECT_EQ(opened(decrypt_bie1(wif(vector, "recipientWif"), message)), text(vector, "plaintext"));
  }
  for (const auto& vector : file["reject"])
    EXPECT_FALSE(decrypt_bie1(wif(vector, "recipientWif"), unhex(text(vector, "ciphertextHex"))))
        << text(vector, "why");
}

TEST(Bie1, WithoutTheSendersKeyInside) {
  const auto vector = load("tokenpass/ecies-bie1.json")["withoutEmbeddedKey"][0];
  const auto recipient = wif(vector, "recipientWif");
  const auto message = unhex(text(vector, "ciphertextHex"));
  const auto sender = pub(vector, "senderPub");
  EXPECT_EQ(opened(decrypt_bie1(recipient, message, &sender)), text(vector, "plaintext"));
  EXPECT_FALSE(decrypt_bie1(recipient, message));
}

TEST(Bie1, FriendsAndPeers) {
  const auto file = load("tokenpass/friend-keys.json");
  ASSERT_EQ(file["vectors"].size(), 8u);
  for (const auto& vector : file["vectors"]) {
    const auto master = wif(vector, "masterWif");
    EXPECT_EQ(hex(crypto::sha256(text(vector, "friendBapId"))), text(vector, "idHashHex"));
    EXPECT_EQ(derive_self_child(master, text(vector, "friendInvoice"))->public_key().hex(),
              text(vector, "friendPubkey"));
    const auto own = derive_self_child(master, text(vector, "encryptInvoice")).value();
    EXPECT_EQ(opened(decrypt_bie1(own, unhex(text(vector["selfStore"], "ciphertextHex")))),
              text(vector["selfStore"], "plaintext"));
  }
  for (const auto& vector : file["peers"])
    EXPECT_EQ(opened(decrypt_bie1(private_key(vector, "bobDecryptKeyPrivHex"), unhex(text(vector, "ciphertextHex")))),
              text(vector, "plaintext"));
  ASSERT_EQ(file["cloudStaticSender"].size(), 8u);
  for (const auto& vector : file["cloudStaticSender"]) {
    const auto alice = private_key(vector, "alicePrivHex");
    const auto bob = pub(vector, "bobPub");
    const auto message = unbase64(text(vector, "toBobBase64"));
    EXPECT_EQ(encrypt_bie1(bob, alice, text(vector, "plaintext")), message);
    // The sender opens her own message by naming the other side.
    EXPECT_EQ(opened(decrypt_bie1(alice, message, &bob)), text(vector, "plaintext"));
    EXPECT_FALSE(decrypt_bie1(alice, message));
    EXPECT_EQ(opened(decrypt_bie1(alice, unbase64(text(vector, "toSelfBase64")))), text(vector, "plaintext"));
  }
}

TEST(Bie1, EveryByteCounts) {
  const auto vector = load("tokenpass/ecies-bie1.json")["vectors"][0];
  const auto recipient = wif(vector, "recipientWif");
  const auto good = unhex(text(vector, "ciphertextHex"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decrypt_bie1(recipient, good.substr(0, i))) << i;
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(decrypt_bie1(recipient, bad)) << i;
  }
  EXPECT_FALSE(decrypt_bie1(recipient, good + '\0'));
}

TEST(Brc78, Vectors) {
  const auto file = load("tokenpass/brc78-session-encryption.json");
  const auto session = wif(file["sessionKey"]);
  ASSERT_EQ(file["vectors"].size(), 8u);
  for (const auto& vector : file["vectors"]) {
    const auto message = unhex(text(vector, "ciphertextHex"));
    EXPECT_EQ(opened(decrypt_brc78(session, message)), text(vector, "plaintext"));
    ScriptedRandom random{unbase64(text(vector, "keyIdBase64")) + unhex(text(vector, "ivHex"))};
    EXPECT_EQ(
        encrypt_brc78(session.public_key(), private_key(vector, "senderPrivHex"), text(vector, "plaintext"), random)
            .value(),
        message);
  }
  ASSERT_EQ(file["reject"].size(), 5u);
  for (const auto& vector : file["reject"])
    EXPECT_FALSE(decrypt_brc78(session, unhex(text(vector, "ciphertextHex")))) << text(vector, "why");
}

TEST(Brc78, EveryByteCounts) {
  const auto file = load("tokenpass/brc78-session-encryption.json");
  const auto session = wif(file["sessionKey"]);
  const auto good = unhex(text(file["vectors"][0], "ciphertextHex"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decrypt_brc78(session, good.substr(0, i))) << i;
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(decrypt_brc78(session, bad)) << i;
  }
}

}  // namespace
}  // namespace sigma::bitcoin
