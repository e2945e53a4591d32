#include "sigma/bitcoin/brc42.hpp"

#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

TEST(Brc42, ChildrenTowardsOneself) {
  const auto vectors = load("tokenpass/type42.json")["self"];
  ASSERT_EQ(vectors.size(), 10u);
  for (const auto& vector : vectors) {
    const auto master = wif(vector, "masterWif");
    EXPECT_EQ(master.public_key().hex(), text(vector, "masterPub"));
    const auto child = derive_self_child(master, text(vector, "invoice"));
    ASSERT_TRUE(child);
    EXPECT_EQ(child->to_hex(), text(vector["child"], "privHex"));
    EXPECT_EQ(child->to_wif(), text(vector["child"], "wif"));
    EXPECT_EQ(child->public_key().hex(), text(vector["child"], "pub"));
    EXPECT_EQ(child->public_key().address(), text(vector["child"], "address"));
  }
}

TEST(Brc42, ChildrenTowardsACounterparty) {
  const auto vectors = load("tokenpass/type42.json")["counterparty"];
  ASSERT_EQ(vectors.size(), 10u);
  for (const auto& vector : vectors) {
    const auto sender = wif(vector, "senderWif");
    const auto recipient = wif(vector, "recipientWif");
    const auto invoice = text(vector, "invoice");
    EXPECT_EQ(sender.shared_point(recipient.public_key()).hex(), text(vector, "sharedSecretCompressed"));
    EXPECT_EQ(derive_child(recipient, sender.public_key(), invoice)->to_hex(), text(vector, "recipientChildPrivHex"));
    EXPECT_EQ(derive_child(recipient.public_key(), sender, invoice)->hex(), text(vector, "recipientChildPub"));
  }
}

TEST(Brc42, HostKeysOfTokenPass) {
  const auto file = load("tokenpass/host-keys.json");
  const auto wallet = load("tokenpass/bip39-bip32.json")["vectors"][2];
  ASSERT_EQ(text(wallet, "passphrase"), text(file["wallet"], "passphrase"));
  const std::pair<const char*, const char*> generations[] = {
      {"gen2_type42_sigmaAuth", "gen2_sha256OfSeed"},
      {"gen3_type42_tokenpass_steadyState", "gen3_afterLogin"},
      {"gen3_type42_tokenpass_untilFirstLogin", "gen3_rootPk"},
  };
  for (const auto& [list, master] : generations) {
    ASSERT_EQ(file[list].size(), 11u);
    for (const auto& vector : file[list]) {
      const auto key = derive_self_child(wif(wallet["masters"][master]), text(vector, "invoice"));
      EXPECT_EQ(key->to_wif(), text(vector, "wif"));
      EXPECT_EQ(key->public_key().address(), text(vector, "address"));
    }
  }
}

TEST(Brc42, InvoiceNumber) {
  EXPECT_EQ(invoice_number(2, "message signing", "AA=="), "2-message signing-AA==");
}

}  // namespace
}  // namespace sigma::bitcoin
