#include "sigma/bap/bap_id.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "sigma/bap/attestation.hpp"
#include "sigma/bitcoin/bip32.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::bap {
namespace {

using bitcoin::PrivateKey;
using nlohmann::json;

json load(const std::string& name) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return json::parse(file);
}

std::string text(const json& object, const char* name) {
  return object.at(name).get<std::string>();
}

TEST(BapId, FromKeyAndAddress) {
  const auto ids = load("sigma/bap.json")["ids"];
  ASSERT_EQ(ids.size(), 24u);
  for (const auto& vector : ids) {
    const auto key = PrivateKey::from_wif(text(vector, "wif")).value().public_key();
    EXPECT_EQ(key.hex(), text(vector, "pubkey"));
    EXPECT_EQ(key.address(), text(vector, "address"));
    EXPECT_EQ(bap_id_from_member_key(key), text(vector, "bapId"));
    EXPECT_EQ(bap_id_from_root_address(text(vector, "address")), text(vector, "bapId"));
    EXPECT_TRUE(is_bap_id(text(vector, "bapId")));
  }
}

PrivateKey self_child(const PrivateKey& key, const std::string& invoice) {
  return bitcoin::derive_self_child(key, invoice).value();
}

// bsv-bap 0.1.24, which made both files, whatever the description of one says.
constexpr const char* kSigningInvoice = "1-sigma-identity";
constexpr const char* kEncryptionInvoice = "m/424150'/2147483647'/2147483647'";

TEST(BapId, OfType42Wallets) {
  const auto vectors = load("tokenpass/bap-ids.json")["type42"];
  ASSERT_EQ(vectors.size(), 16u);
  for (const auto& vector : vectors) {
    const auto root = PrivateKey::from_wif(text(vector, "rootPkWif")).value();
    const auto member = self_child(root, text(vector, "rootPath"));
    EXPECT_EQ(member.public_key().hex(), text(vector, "memberPub"));
    EXPECT_EQ(member.public_key().address(), text(vector, "rootAddress"));
    EXPECT_EQ(bap_id_from_member_key(member.public_key()), text(vector, "identityKey"));
    const auto signing = self_child(self_child(root, text(vector, "currentPath")), kSigningInvoice);
    EXPECT_EQ(signing.to_wif(), text(vector, "signingWif"));
    EXPECT_EQ(signing.public_key().address(), text(vector, "signingAddress"));
    EXPECT_EQ(self_child(member, kEncryptionInvoice).public_key().hex(), text(vector, "encryptionPub"));
  }
}

TEST(BapId, OfBip32Wallets) {
  const auto vectors = load("tokenpass/bap-ids.json")["bip32"];
  ASSERT_EQ(vectors.size(), 8u);
  for (const auto& vector : vectors) {
    const auto root = bitcoin::ExtendedKey::from_xprv(text(vector, "xprv")).value();
    const auto member = root.derive(text(vector, "rootPath"))->key().public_key();
    EXPECT_EQ(member.hex(), text(vector, "memberPub"));
    EXPECT_EQ(member.address(), text(vector, "rootAddress"));
    EXPECT_EQ(bap_id_from_member_key(member), text(vector, "identityKey"));
    const auto wallet = root.derive(text(vector, "currentPath"))->key();
    EXPECT_EQ(wallet.public_key().address(), text(vector, "memberAddress"));  // so named by bsv-bap
    EXPECT_EQ(self_child(wallet, kSigningInvoice).to_wif(), text(vector, "signingWif"));
  }
}

TEST(BapId, OfMastersBeforeAndAfterRotation) {
  const auto masters = load("sigma/bap.json")["masters"];
  ASSERT_EQ(masters.size(), 5u);
  for (const auto& master : masters)
    for (const auto& identity : master["identities"]) {
      const bool type42 = text(master, "kind") == "type42";
      const auto key_at = [&](const std::string& path) {
        return type42 ? self_child(PrivateKey::from_wif(text(master, "rootPk")).value(), path)
                      : bitcoin::ExtendedKey::from_xprv(text(master, "xprv"))->derive(path)->key();
      };
      const auto member = key_at(text(identity, "rootPath"));
      EXPECT_EQ(member.to_wif(), text(identity, "memberWif"));
      EXPECT_EQ(bap_id_from_member_key(member.public_key()), text(identity, "bapId"));
      const auto current_address = [&](const json& state) {
        return self_child(key_at(text(state, "currentPath")), kSigningInvoice).public_key().address();
      };
      EXPECT_EQ(current_address(identity), text(identity, "currentAddress"));
      if (!type42) continue;
      EXPECT_EQ(current_address(identity["rotated"]), text(identity["rotated"], "currentAddress"));
      EXPECT_EQ(self_child(member, kEncryptionInvoice).public_key().hex(), text(identity, "encryptionPubkey"));
    }
}

TEST(Attestation, Vectors) {
  const auto vectors = load("tokenpass/bap-ids.json")["attributes"];
  ASSERT_EQ(vectors.size(), 8u);
  for (const auto& vector : vectors) {
    const auto urn = attribute_urn(text(vector, "name"), text(vector, "value"), text(vector, "nonce"));
    EXPECT_EQ(urn, text(vector, "urn"));
    EXPECT_EQ(core::hex_encode(crypto::view(attestation_hash(urn, text(vector, "identityKey")))),
              text(vector, "attestationHash"));
  }
}

TEST(BapId, Shape) {
  EXPECT_TRUE(is_bap_id("3WumfJKFTvnNjn6xHiVGPwYPNfLh"));
  for (const auto* id : {"", "3WumfJKFTvnNjn6xHiVGPwYPNfL0", "3WumfJKFTvnNjn6xHiVGPwYPNfLh ",
                         "3WumfJKFTvnNjn6xHiVGPwYPNfLhh", "3WumfJKFTvnNjn6xHiVGPw", "zzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                         "11111111111111111111111111", "22222222222222222222222222", "3WumfJKFTvnNjn6xHiVGPwYPN\nLh"})
    EXPECT_FALSE(is_bap_id(id)) << id;
}

}  // namespace
}  // namespace sigma::bap
