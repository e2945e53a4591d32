// secp256k1 keys and ECDSA signatures over 32-byte digests. Safe from any thread; nothing here throws on bad input.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::bitcoin {

using crypto::Hash256;

/// r ‖ s, both big-endian and 32 bytes long, as JWS (RFC 8812 §3.2) carries it.
using CompactSignature = std::array<std::uint8_t, 64>;

/// Every signature (r, s) has a twin (r, n − s). We only make the one with the low s (BIP-146). Bitcoin's formats
/// refuse the other; JOSE does not forbid it.
enum class HighS { refuse, accept };

struct RecoverableSignature {
  CompactSignature rs{};
  int recovery_id = 0;  ///< 0 to 3: which of the possible points r stands for
};

/// A point of the curve other than infinity.
class PublicKey {
 public:
  static constexpr std::size_t kSize = 33;

  /// 33 bytes, first 02 or 03 (SEC 1 §2.3.4). Code::invalid_input for anything else, or for an x that is on no point.
  static core::Result<PublicKey> parse(std::string_view bytes);
  /// As parse(), or 65 bytes starting with 04. Hybrid forms (06, 07) stay refused.
  static core::Result<PublicKey> parse_any(std::string_view bytes);
  /// 66 hex characters of either case.
  static core::Result<PublicKey> from_hex(std::string_view text);
  /// The key that made `signature` over `digest` (SEC 1 §4.1.6); nothing if there is none, or s is high.
  static std::optional<PublicKey> recover(const Hash256& digest, const RecoverableSignature& signature);

  const std::array<std::uint8_t, kSize>& bytes() const { return compressed_; }
  std::string_view view() const { return crypto::view(compressed_); }
  std::string hex() const;  ///< 66 lower-case characters
  std::array<std::uint8_t, 65> uncompressed() const;
  /// Mainnet P2PKH address of the compressed key.
  std::string address() const;

  /// `signature` is r ‖ s; any other length than 64 is simply wrong.
  bool verify(const Hash256& digest, std::string_view signature, HighS high_s = HighS::refuse) const;
  /// Strict DER (BIP-66) with a low s, at most 72 bytes.
  bool verify_der(const Hash256& digest, std::string_view der) const;

  /// This point plus `tweak` times the generator; nothing if the tweak is not below n or the sum is infinity.
  std::optional<PublicKey> plus(const Hash256& tweak) const;

  bool operator==(const PublicKey& other) const { return compressed_ == other.compressed_; }

 private:
  friend struct Curve;
  PublicKey() = default;

  std::array<std::uint8_t, kSize> compressed_{};
  std::array<std::uint8_t, 64> point_{};  // secp256k1_pubkey, kept parsed: decompression costs a square root (5 µs)
};

/// A scalar from 1 to n − 1. Wiped when it goes away; has no text form but the ones asked for by name.
class PrivateKey {
 public:
  static constexpr std::size_t kSize = 32;

  /// 32 big-endian bytes. Code::invalid_input for another length, zero, or n and above.
  static core::Result<PrivateKey> from_bytes(std::string_view bytes);
  static core::Result<PrivateKey> from_hex(std::string_view text);
  /// Mainnet WIF of a compressed key ("K…" or "L…"); other networks and "5…" are refused.
  static core::Result<PrivateKey> from_wif(std::string_view text);
  static PrivateKey generate(core::Random& random);
  /// The key of "anyone", 1 (BRC-42): what everybody knows.
  static PrivateKey anyone();

  PrivateKey(const PrivateKey&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;
  ~PrivateKey();

  /// The secret itself: for encryption at rest and export only.
  std::string_view secret_bytes() const { return crypto::view(scalar_); }
  std::string to_hex() const;
  std::string to_wif() const;
  PublicKey public_key() const;

  /// Low s, nonce by RFC 6979 (so the same digest gives the same signature).
  CompactSignature sign_digest(const Hash256& digest) const;
  RecoverableSignature sign_recoverable(const Hash256& digest) const;
  /// DER, 8 to 72 bytes, low s.
  std::string sign_der(const Hash256& digest) const;

  /// (this + tweak) mod n; nothing if the tweak is not below n or the sum is zero.
  std::optional<PrivateKey> plus(const Hash256& tweak) const;
  /// The Diffie-Hellman point `other` × this, unhashed, as BRC-42 and BIE1 want it. Constant time.
  PublicKey shared_point(const PublicKey& other) const;

  bool operator==(const PrivateKey& other) const;

 private:
  PrivateKey() = default;

  std::array<std::uint8_t, kSize> scalar_{};
};

}  // namespace sigma::bitcoin
