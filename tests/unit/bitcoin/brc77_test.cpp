#include "sigma/bitcoin/brc77.hpp"

#include "../../../libs/bitcoin/src/tweaked_verify.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

bool verify_for(const json& vector, const std::string& bytes) {
  const auto envelope = parse_brc77(bytes);
  if (!envelope) return false;
  const auto sender = pub(vector, "sender");
  if (vector["recipient"].is_null()) return verify_brc77(sender, text(vector, "text"), *envelope);
  return verify_brc77(sender, wif(vector, "recipientWif"), text(vector, "text"), *envelope);
}

TEST(Brc77, Vectors) {
  const auto vectors = load("sigma/brc77.json")["vectors"];
  ASSERT_EQ(vectors.size(), 30u);
  for (const auto& vector : vectors) {
    const auto bytes = unhex(text(vector, "envelopeHex"));
    EXPECT_EQ(bytes, unbase64(text(vector, "envelopeBase64")));
    const auto envelope = parse_brc77(bytes);
    ASSERT_TRUE(envelope);
    EXPECT_EQ(core::hex_encode(envelope->key_id), text(vector, "keyIdHex"));
    EXPECT_EQ(core::hex_encode(envelope->der), text(vector, "der"));
    EXPECT_EQ(envelope->recipient.has_value(), vector["recipient"].is_string());
    EXPECT_TRUE(verify_for(vector, bytes));

    // Whoever may not read it, cannot: anyone for addressed messages, a named recipient for open ones.
    const auto sender = pub(vector, "sender");
    const auto message = text(vector, "text");
    if (envelope->recipient) {
      EXPECT_FALSE(verify_brc77(sender, message, *envelope));
      EXPECT_FALSE(verify_brc77(sender, wif(vector), message, *envelope));
    } else {
      EXPECT_FALSE(verify_brc77(sender, PrivateKey::anyone(), message, *envelope));
    }
    EXPECT_FALSE(verify_brc77(sender, message + "x", *envelope));
    EXPECT_FALSE(verify_brc77(pub(vector, "signingPubkey"), message, *envelope));

    ScriptedRandom key_id{unhex(text(vector, "keyIdHex"))};
    const auto recipient = envelope->recipient ? std::optional(pub(vector, "recipient")) : std::nullopt;
    EXPECT_EQ(sign_brc77(wif(vector), message, key_id, recipient ? &*recipient : nullptr).value(), bytes);
  }
}

TEST(Brc77, AddressedToTheKeyOfAnyoneIsNotForAnyone) {
  core::testing::SeededRandom random(5);
  const auto sender = PrivateKey::generate(random);
  const auto anyone = PrivateKey::anyone().public_key();
  const auto bytes = sign_brc77(sender, "text", random, &anyone).value();
  const auto envelope = parse_brc77(bytes).value();
  EXPECT_TRUE(verify_brc77(sender.public_key(), PrivateKey::anyone(), "text", envelope));
  EXPECT_FALSE(verify_brc77(sender.public_key(), "text", envelope));
}

TEST(Brc77, EveryBitAndByteCounts) {
  const auto vectors = load("sigma/brc77.json")["vectors"];
  for (const auto& vector : {vectors[0], vectors[2]}) {
    const auto good = unhex(text(vector, "envelopeHex"));
    ASSERT_TRUE(verify_for(vector, good));
    for (std::size_t size = 0; size < good.size(); ++size)
      EXPECT_FALSE(verify_for(vector, good.substr(0, size))) << size;
    EXPECT_FALSE(verify_for(vector, good + '\0'));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      auto bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(verify_for(vector, bad)) << bit;
    }
  }
  EXPECT_FALSE(parse_brc77(std::string("BB3\x01") + std::string(16384, '\1')));
}

TEST(Brc77, ShortcutEqualsTheChildKeysOwnCheck) {
  core::testing::SeededRandom random(7);
  const auto with = [&](const Hash256& tweak, const Hash256& digest, const CompactSignature& signature,
                        const PublicKey& base) {
    const auto child = base.plus(tweak);
    const bool expected = child && child->verify(digest, crypto::view(signature));
    EXPECT_EQ(verify_tweaked(base, tweak, digest, signature), expected);
    return expected;
  };
  for (int i = 0; i < 100; ++i) {
    const auto key = PrivateKey::generate(random);
    const auto base = key.public_key();
    const auto tweak = crypto::sha256(random.bytes(8));
    const auto digest = crypto::sha256(random.bytes(8));
    const auto signature = key.plus(tweak)->sign_digest(digest);
    EXPECT_TRUE(with(tweak, digest, signature, base));
    EXPECT_FALSE(with(tweak, digest, key.sign_digest(digest), base));
    EXPECT_FALSE(with(digest, tweak, signature, base));
  }
  // Where the short way does not apply: zero and numbers from the order up.
  const auto key = PrivateKey::generate(random);
  const Hash256 zero{};
  Hash256 large{};
  large.fill(0xff);
  EXPECT_TRUE(with(zero, crypto::sha256("a"), key.sign_digest(crypto::sha256("a")), key.public_key()));
  EXPECT_FALSE(with(large, crypto::sha256("a"), key.sign_digest(crypto::sha256("a")), key.public_key()));
  const auto tweak = crypto::sha256("tweak");
  EXPECT_TRUE(with(tweak, large, key.plus(tweak)->sign_digest(large), key.public_key()));
  EXPECT_TRUE(with(tweak, zero, key.plus(tweak)->sign_digest(zero), key.public_key()));
  EXPECT_FALSE(with(tweak, zero, CompactSignature{}, key.public_key()));
}

}  // namespace
}  // namespace sigma::bitcoin
