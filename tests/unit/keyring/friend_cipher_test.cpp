// The three families of friend keys (tokenpass-contract §6.3): notes to oneself, friend keys, the cloud signer's.
#include "sigma/keyring/friend_cipher.hpp"

#include "sigma/bitcoin/ecies.hpp"
#include "sigma/crypto/random.hpp"
#include "vectors.hpp"

namespace sigma::keyring {
namespace {

using bitcoin::PrivateKey;
using bitcoin::PublicKey;
using testing::json;
using testing::load;
using testing::rows;
using testing::text;
using testing::wif;

/// A wallet whose friend keys hang off exactly this key, as the vectors state it.
Keyring with_master(const PrivateKey& master) {
  // Rules "xprv" use the extended key itself as master; the chain code plays no part in friend keys.
  std::string bytes = core::hex_decode("0488ade4000000000000000000").value() + std::string(32, '\x01') + '\0' +
                      std::string(master.secret_bytes());
  const auto checksum = crypto::sha256d(bytes);
  bytes += crypto::view(checksum).substr(0, 4);
  return Keyring::from_xprv(core::base58_encode(bytes)).value();
}

const PrivateKey kHostKey = PrivateKey::from_hex(std::string(63, '0') + "7").value();

TEST(FriendCipher, NotesToOneself) {
  for (const json& vector : rows("friend-keys.json", "vectors")) {
    const Keyring keyring = with_master(wif(vector, "masterWif"));
    const std::string id = text(vector, "friendBapId");
    EXPECT_EQ(keyring.friend_key(id)->public_key().hex(), text(vector, "friendPubkey"));
    EXPECT_EQ(keyring.notes_key(id)->to_hex(), text(vector, "encryptPrivHex"));
    const json& note = vector.at("selfStore");
    const auto sealed = core::hex_decode(text(note, "ciphertextHex")).value();
    const auto opened = decrypt_from_friend(keyring, {.bap_id = id}, kHostKey, nullptr, sealed);
    ASSERT_TRUE(opened) << id;
    EXPECT_EQ(opened->view(), text(note, "plaintext"));
  }
}

// What the shipped server could encrypt but not decrypt.
TEST(FriendCipher, BetweenTwoWallets) {
  for (const json& vector : rows("friend-keys.json", "peers")) {
    const Keyring bob = with_master(wif(vector, "bobMasterWif"));
    const json& request = vector.at("decryptRequestByBob");
    const Friend alice{.bap_id = text(request, "friendBapId"),
                       .public_key = PublicKey::from_hex(text(request, "theirPublicKey")).value()};
    EXPECT_EQ(bob.friend_key(*alice.bap_id)->to_hex(), text(vector, "bobDecryptKeyPrivHex"));
    const auto opened =
        decrypt_from_friend(bob, alice, kHostKey, nullptr, core::hex_decode(text(vector, "ciphertextHex")).value());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->view(), text(vector, "plaintext"));
  }
}

TEST(FriendCipher, BothDirectionsBetweenOwnWallets) {
  crypto::SystemRandom random;
  const Keyring alice = Keyring::create(random).value(), bob = Keyring::create(random).value();
  const Friend to_bob{.bap_id = "bob", .public_key = bob.friend_key("alice")->public_key()};
  const Friend from_alice{.bap_id = "alice", .public_key = alice.friend_key("bob")->public_key()};
  const std::string sealed = encrypt_for_friend(alice, to_bob, "hello ✓", random).value();
  EXPECT_EQ(decrypt_from_friend(bob, from_alice, kHostKey, nullptr, sealed)->view(), "hello ✓");
  EXPECT_FALSE(decrypt_from_friend(alice, to_bob, kHostKey, nullptr, sealed));
}

TEST(FriendCipher, CloudSignersForm) {
  for (const json& vector : rows("friend-keys.json", "cloudStaticSender")) {
    const Keyring alice = Keyring::from_root_key(wif(vector, "aliceRootPkWif")).value();
    const Keyring bob = Keyring::from_root_key(wif(vector, "bobRootPkWif")).value();
    const auto to_bob = core::base64_decode(text(vector, "toBobBase64")).value();
    const auto to_self = core::base64_decode(text(vector, "toSelfBase64")).value();
    const std::string plaintext = text(vector, "plaintext");
    const Friend her_friend{.bap_id = text(vector, "aliceSeed"),
                            .public_key = PublicKey::from_hex(text(vector, "bobPub")).value()};
    const Friend his_friend{.bap_id = text(vector, "bobSeed"),
                            .public_key = PublicKey::from_hex(text(vector, "alicePub")).value()};
    const auto read = [&](const Keyring& who, const Friend& from, const std::string& sealed) {
      const auto opened = decrypt_from_friend(who, from, kHostKey, &who.identities().front(), sealed);
      return opened ? std::string(opened->view()) : opened.error().description();
    };
    EXPECT_EQ(read(bob, his_friend, to_bob), plaintext);
    EXPECT_EQ(read(bob, {.bap_id = his_friend.bap_id}, to_bob), plaintext);
    EXPECT_EQ(read(alice, her_friend, to_bob), plaintext);
    EXPECT_EQ(read(alice, her_friend, to_self), plaintext);
  }
}

TEST(FriendCipher, HostKeyWithoutAFriend) {
  crypto::SystemRandom random;
  const Keyring keyring = Keyring::create(random).value();
  const auto sealed = bitcoin::encrypt_bie1(kHostKey.public_key(), PrivateKey::generate(random), "for the host");
  EXPECT_EQ(decrypt_from_friend(keyring, {}, kHostKey, nullptr, sealed)->view(), "for the host");
}

TEST(FriendCipher, ForeignMessagesAreTheCallersMistake) {
  crypto::SystemRandom random;
  const Keyring keyring = Keyring::create(random).value();
  const auto sealed =
      bitcoin::encrypt_bie1(PrivateKey::generate(random).public_key(), PrivateKey::generate(random), "not for us");
  for (const std::string& message : {sealed, std::string("nothing"), std::string()}) {
    const auto refused =
        decrypt_from_friend(keyring, {.bap_id = "x"}, kHostKey, &keyring.identities().front(), message);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), core::Code::invalid_input);
  }
}

}  // namespace
}  // namespace sigma::keyring
