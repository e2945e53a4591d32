#include "sigma/bitcoin/bip39.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <optional>

#include "bip39_words.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/kdf.hpp"

namespace sigma::bitcoin {
namespace {

using core::Code;
using core::Error;
using crypto::SecretBytes;

constexpr std::size_t kBitsPerWord = 11;
constexpr std::size_t kWordsPerStep = 3;  // 32 bits of entropy and one of checksum
constexpr std::size_t kMinWords = 12;
constexpr std::size_t kMaxWords = 24;
constexpr std::size_t kMaxText = 1024;
constexpr std::uint32_t kRounds = 2048;
constexpr std::size_t kSeedSize = 64;

bool bit_at(std::string_view bytes, std::size_t index) {
  return (static_cast<std::uint8_t>(bytes[index / 8]) >> (7 - index % 8) & 1) != 0;
}

/// Entropy ‖ SHA-256(entropy): the words are cut from its front.
SecretBytes with_checksum(std::string_view entropy) {
  auto out = SecretBytes::zeros(entropy.size() + std::tuple_size_v<crypto::Hash256>);
  std::ranges::copy(entropy, out.data());
  std::ranges::copy(crypto::sha256(entropy), out.data() + entropy.size());
  return out;
}

std::optional<std::size_t> index_of(std::string_view word) {
  const auto& words = bip39_words();
  const auto found = std::ranges::lower_bound(words, core::to_lower_ascii(word));
  if (found == words.end() || *found != core::to_lower_ascii(word)) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::vector<std::string_view> split(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string_view> words;
  for (auto start = text.find_first_not_of(kBlanks); start != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(kBlanks, start), text.size());
    words.push_back(text.substr(start, end - start));
    start = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

core::Result<std::string> nfkd(std::string_view text) {
  if (!core::is_utf8(text)) return Error{Code::invalid_input, "The passphrase is not UTF-8."};
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKDInstance(status);
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  if (U_SUCCESS(status))
    normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                              status);
  if (U_FAILURE(status)) return Error{Code::internal, "The passphrase cannot be normalised.", u_errorName(status)};
  return out;
}

}  // namespace

core::Result<std::string> mnemonic_from_entropy(std::string_view entropy) {
  const std::size_t count = entropy.size() * 8 / 32 * kWordsPerStep;
  if (entropy.size() % 4 != 0 || count < kMinWords || count > kMaxWords)
    return Error{Code::invalid_input, "Entropy for a mnemonic is 16, 20, 24, 28 or 32 bytes."};
  const auto bytes = with_checksum(entropy);
  std::string mnemonic;
  for (std::size_t word = 0; word < count; ++word) {
    std::size_t index = 0;
    for (std::size_t bit = 0; bit < kBitsPerWord; ++bit)
      index = index << 1 | (bit_at(bytes.view(), word * kBitsPerWord + bit) ? 1 : 0);
    if (word > 0) mnemonic += ' ';
    mnemonic += bip39_words()[index];
  }
  return mnemonic;
}

core::Result<SecretBytes> entropy_from_mnemonic(std::string_view mnemonic) {
  const auto words = split(mnemonic.substr(0, kMaxText));
  if (mnemonic.size() > kMaxText || words.size() % kWordsPerStep != 0 || words.size() < kMinWords ||
      words.size() > kMaxWords)
    return Error{Code::invalid_input, "A mnemonic has 12, 15, 18, 21 or 24 words."};
  auto bits = SecretBytes::zeros((words.size() * kBitsPerWord + 7) / 8);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto index = index_of(words[i]);
    if (!index) return Error{Code::invalid_input, fmt::format("Word {} is not in the English BIP-39 list.", i + 1)};
    for (std::size_t bit = 0; bit < kBitsPerWord; ++bit) {
      const std::size_t at = i * kBitsPerWord + bit;
      if (*index >> (kBitsPerWord - 1 - bit) & 1) bits.data()[at / 8] |= static_cast<std::uint8_t>(0x80 >> at % 8);
    }
  }
  const std::size_t entropy_size = words.size() / kWordsPerStep * 4;
  const auto expected = with_checksum(bits.view().substr(0, entropy_size));
  for (std::size_t bit = entropy_size * 8; bit < words.size() * kBitsPerWord; ++bit)
    if (bit_at(bits.view(), bit) != bit_at(expected.view(), bit))
      return Error{Code::invalid_input, "The mnemonic's checksum is wrong: a word is mistyped or out of place."};
  bits.shrink(entropy_size);
  return bits;
}

core::Result<SecretBytes> seed_from_mnemonic(std::string_view mnemonic, std::string_view passphrase) {
  SIGMA_TRY(const auto entropy, entropy_from_mnemonic(mnemonic));
  SIGMA_TRY(auto words, mnemonic_from_entropy(entropy.view()));  // one blank between lower-case words
  SIGMA_TRY(auto salt, nfkd(passphrase));
  salt.insert(0, "mnemonic");
  auto seed = crypto::pbkdf2_sha512(words, salt, kRounds, kSeedSize);
  crypto::wipe(words);
  crypto::wipe(salt);
  return seed;
}

}  // namespace sigma::bitcoin
