#include "sigma/bitcoin/bsm.hpp"

#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

std::string decode(const std::string& message, const std::string& encoding) {
  if (encoding == "hex") return unhex(message);
  if (encoding == "base64") return unbase64(message);
  return message;
}

/// TokenPass vectors spell long messages as a repeated character.
std::string message_of(const json& vector) {
  const auto repeat = vector.find("messageRepeat");
  if (repeat == vector.end()) return decode(text(vector, "message"), text(vector, "encoding"));
  return std::string((*repeat)["count"].get<std::size_t>(), text(*repeat, "char").front());
}

TEST(Bsm, SigmaVectors) {
  const auto vectors = load("sigma/bsm.json")["vectors"];
  ASSERT_EQ(vectors.size(), 20u);
  for (const auto& vector : vectors) {
    const auto message = text(vector, "text");
    const auto signature = unbase64(text(vector, "signature"));
    EXPECT_EQ(hex(bsm_digest(message)), text(vector, "magicHash"));
    EXPECT_EQ(sign_bsm(wif(vector), message), signature);
    EXPECT_TRUE(verify_bsm(pub(vector, "pubkey"), message, signature));
    EXPECT_TRUE(verify_bsm_address(text(vector, "address"), message, signature));

    const auto uncompressed = unbase64(text(vector, "signatureUncompressedHeader"));
    EXPECT_TRUE(verify_bsm(pub(vector, "pubkey"), message, uncompressed));
    EXPECT_FALSE(verify_bsm_address(text(vector, "address"), message, uncompressed));
    EXPECT_TRUE(verify_bsm_address(recover_bsm(message, uncompressed)->address(), message, uncompressed));
  }
}

TEST(Bsm, TokenPassVectors) {
  const auto file = load("tokenpass/bsm-signatures.json");
  ASSERT_EQ(file["vectors"].size(), 34u);
  for (const auto& vector : file["vectors"]) {
    const auto message = message_of(vector);
    const auto signature = unbase64(text(vector, "sigBase64"));
    EXPECT_EQ(hex(bsm_digest(message)), text(vector, "magicHashHex"));
    EXPECT_EQ(sign_bsm(wif(vector), message), signature);
    EXPECT_EQ(static_cast<std::uint8_t>(signature[0]), vector["headerByte"].get<int>());
    EXPECT_EQ(recover_bsm(message, signature)->key.hex(), text(vector, "pub"));
    EXPECT_TRUE(verify_bsm_address(text(vector, "address"), message, signature));
  }
  ASSERT_EQ(file["reject"].size(), 8u);
  for (const auto* list : {"reject", "malleable"})
    for (const auto& vector : file[list])
      EXPECT_FALSE(verify_bsm_address(text(vector, "address"), message_of(vector), unbase64(text(vector, "sigBase64"))))
          << text(vector, "why");
}

TEST(Bsm, OnlyEightHeadersAnd65Bytes) {
  const auto vector = load("sigma/bsm.json")["vectors"][4];
  const auto message = text(vector, "text");
  const auto good = unbase64(text(vector, "signature"));
  const auto key = pub(vector, "pubkey");
  for (int header = 0; header < 256; ++header) {
    auto signature = good;
    signature[0] = static_cast<char>(header);
    const int id = vector["recoveryId"].get<int>();
    EXPECT_EQ(verify_bsm(key, message, signature), header == 27 + id || header == 31 + id) << header;
  }
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(recover_bsm(message, good.substr(0, size)));
  EXPECT_FALSE(recover_bsm(message, good + '\0'));
  EXPECT_FALSE(recover_bsm(message, std::string(16384, '\x1f')));
}

}  // namespace
}  // namespace sigma::bitcoin
