#include "sigma/crypto/digest.hpp"

#include "evp.hpp"

namespace sigma::crypto {
namespace {

/// A digest looked up once and a context for this thread: EVP_sha256() and a new context each time cost four times
/// as much as hashing 64 bytes does.
class Hasher {
 public:
  explicit Hasher(const EVP_MD* algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
    if (!context_) die("digest context");
  }

  Hasher& begin() {
    if (EVP_DigestInit_ex2(context_.get(), algorithm_, nullptr) != 1) die("digest init");
    return *this;
  }
  Hasher& add(std::string_view data) {
    if (EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1) die("digest update");
    return *this;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> finish() {
    std::array<std::uint8_t, N> out;
    unsigned int length = 0;
    if (EVP_DigestFinal_ex(context_.get(), out.data(), &length) != 1 || length != N) die("digest final");
    return out;
  }

 private:
  const EVP_MD* algorithm_;
  DigestContext context_;
};

/// Never freed: static destructors of other files may still hash.
const EVP_MD* fetch(const char* name) {
  const EVP_MD* found = EVP_MD_fetch(nullptr, name, nullptr);
  if (found == nullptr) die(name);
  return found;
}

Hasher& sha256_hasher() {
  static const EVP_MD* algorithm = fetch("SHA256");
  thread_local Hasher hasher(algorithm);
  return hasher;
}

Hasher& sha512_hasher() {
  static const EVP_MD* algorithm = fetch("SHA512");
  thread_local Hasher hasher(algorithm);
  return hasher;
}

/// In the default provider since OpenSSL 3.0.7.
Hasher& ripemd160_hasher() {
  static const EVP_MD* algorithm = fetch("RIPEMD160");
  thread_local Hasher hasher(algorithm);
  return hasher;
}

/// RFC 2104 §2 on the reused contexts; EVP_MAC would allocate on every call.
template <std::size_t N, std::size_t Block>
std::array<std::uint8_t, N> hmac(Hasher& hasher, std::string_view key, std::string_view data) {
  std::array<std::uint8_t, Block> pad{};
  if (key.size() > Block) {
    const auto short_key = hasher.begin().add(key).template finish<N>();
    std::ranges::copy(short_key, pad.begin());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  const auto inner = hasher.begin().add(view(pad)).add(data).template finish<N>();
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  const auto outer = hasher.begin().add(view(pad)).add(view(inner)).template finish<N>();
  OPENSSL_cleanse(pad.data(), pad.size());
  return outer;
}

}  // namespace

Hash256 sha256(std::string_view data) {
  return sha256_hasher().begin().add(data).finish<32>();
}

Hash256 sha256d(std::string_view data) {
  return sha256(view(sha256(data)));
}

Hash512 sha512(std::string_view data) {
  return sha512_hasher().begin().add(data).finish<64>();
}

Hash160 ripemd160(std::string_view data) {
  return ripemd160_hasher().begin().add(data).finish<20>();
}

Hash160 hash160(std::string_view data) {
  return ripemd160(view(sha256(data)));
}

Hash256 hmac_sha256(std::string_view key, std::string_view data) {
  return hmac<32, 64>(sha256_hasher(), key, data);
}

Hash512 hmac_sha512(std::string_view key, std::string_view data) {
  return hmac<64, 128>(sha512_hasher(), key, data);
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sigma::crypto
