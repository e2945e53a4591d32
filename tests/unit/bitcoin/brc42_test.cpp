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

TEST(Brc42, InvoiceNumber) { EXPECT_EQ(invoice_number(2, "message signing", "AA=="), "2-message signing-AA=="); }

}  // namespace
}  // namespace sigma::bitcoin
