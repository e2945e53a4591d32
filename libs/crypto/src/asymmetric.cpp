#include "sigma/crypto/asymmetric.hpp"

#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ed25519_point.hpp"
#include "evp.hpp"

namespace sigma::crypto {
namespace {

constexpr std::size_t kScalarSize = 32;
constexpr const char* kCurveName = "prime256v1";

using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;

core::Error refused(std::string_view what) {
  ERR_clear_error();
  return {core::Code::invalid_input, "The key is not usable: " + std::string(what) + "."};
}

std::shared_ptr<EVP_PKEY> share(EVP_PKEY* key) {
  return {key, Deleter<EVP_PKEY_free>{}};
}

const char* openssl_name(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::p256:
      return "EC";
    case KeyType::ed25519:
      return "ED25519";
  }
  return "";
}

/// Null when OpenSSL does not take the numbers.
std::shared_ptr<EVP_PKEY> public_key_from(KeyType type, const OSSL_PARAM* params) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, openssl_name(type), nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) {
    return nullptr;
  }
  return share(key);
}

Bignum to_bignum(std::string_view big_endian) {
  return Bignum(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// Empty when the key has no such number.
std::string number_of(const EVP_PKEY* key, const char* name, std::size_t width = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Bignum number(raw);
  std::string out(width != 0 ? width : static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
  if (BN_bn2binpad(raw, bytes(out), static_cast<int>(out.size())) < 0) return {};
  return out;
}

/// JOSE's r ‖ s as the DER that OpenSSL wants; empty when a number does not fit.
std::string der_signature(std::string_view raw) {
  Bignum r = to_bignum(raw.substr(0, kScalarSize)), s = to_bignum(raw.substr(kScalarSize));
  const Signature signature(ECDSA_SIG_new());
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // the signature owns them now
  (void)s.release();
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

/// The other way round; empty on failure.
std::string raw_signature(std::string_view der) {
  const unsigned char* at = bytes(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string out(2 * kScalarSize, '\0');
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(out), kScalarSize) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(out) + kScalarSize, kScalarSize) < 0) {
    return {};
  }
  return out;
}

bool set_padding(EVP_PKEY_CTX* context, SignatureScheme scheme) {
  if (scheme != SignatureScheme::rsa_pss_sha256) return true;  // PKCS #1 v1.5 is RSA's default
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

const char* digest_name(SignatureScheme scheme) {
  return scheme == SignatureScheme::ed25519 ? nullptr : "SHA256";  // Ed25519 hashes by itself
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t length = 0;
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &length) == 1 &&
         std::string_view(name.data(), length) == kCurveName;
}

}  // namespace

KeyType key_type(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::rsa_pkcs1_sha256:
    case SignatureScheme::rsa_pss_sha256:
      return KeyType::rsa;
    case SignatureScheme::p256_ecdsa_sha256:
      return KeyType::p256;
    case SignatureScheme::ed25519:
      break;
  }
  return KeyType::ed25519;
}

PublicKey::PublicKey(KeyType type, std::shared_ptr<EVP_PKEY> key)
    : type_(type),
      signature_size_(type == KeyType::rsa ? static_cast<std::size_t>(EVP_PKEY_get_size(key.get())) : 2 * kScalarSize),
      key_(std::move(key)) {}

core::Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.empty() || modulus.front() == '\0') return refused("the RSA modulus is empty or begins with a zero byte");
  if (modulus.size() > kMaxRsaBits / 8) return refused("the RSA modulus is longer than 8192 bits");
  if (exponent.empty() || exponent.size() > 4) return refused("the RSA exponent is not between 3 and 2^32");
  const Bignum n = to_bignum(modulus), e = to_bignum(exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder) return openssl_failure("RSA numbers");
  if (BN_num_bits(n.get()) < kMinRsaBits) return refused("the RSA modulus is shorter than 2048 bits");
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) {
    return refused("the RSA modulus or exponent is even or 1");
  }
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return openssl_failure("RSA parameters");
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  auto key = public_key_from(KeyType::rsa, params.get());
  if (!key) return refused("OpenSSL does not accept the RSA numbers");
  return PublicKey(KeyType::rsa, std::move(key));
}

core::Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != kScalarSize || y.size() != kScalarSize) return refused("P-256 coordinates must have 32 bytes");
  std::string point = "\x04";
  point += x;
  point += y;
  std::string group = kCurveName;
  const std::array<OSSL_PARAM, 3> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  auto key = public_key_from(KeyType::p256, params.data());
  if (!key) return refused("the point is not on P-256");
  return PublicKey(KeyType::p256, std::move(key));
}

core::Result<PublicKey> PublicKey::ed25519(std::string_view encoded) {
  if (!is_ed25519_point(encoded)) return refused("the Ed25519 key is not a canonical point of large order");
  auto key = share(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(encoded), encoded.size()));
  if (!key) return openssl_failure("Ed25519 key");
  return PublicKey(KeyType::ed25519, std::move(key));
}

bool PublicKey::verify(SignatureScheme scheme, std::string_view message, std::string_view signature) const {
  if (key_type(scheme) != type_ || signature.size() != signature_size_) return false;
  std::string der;
  if (scheme == SignatureScheme::p256_ecdsa_sha256) {
    der = der_signature(signature);
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;  // owned by context
  const bool good =
      context &&
      EVP_DigestVerifyInit_ex(context.get(), &settings, digest_name(scheme), nullptr, nullptr, key_.get(), nullptr) ==
          1 &&
      set_padding(settings, scheme) &&
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

core::Result<PrivateKey> PrivateKey::generate(KeyType type) {
  EVP_PKEY* key = type == KeyType::rsa    ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{kMinRsaBits})
                  : type == KeyType::p256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kCurveName)
                                          : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) return openssl_failure("key generation");
  return PrivateKey(type, share(key));
}

core::Result<PrivateKey> PrivateKey::from_pkcs8(KeyType type, std::string_view der) {
  const unsigned char* at = bytes(der);
  const Pkcs8 parsed(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed || at != bytes(der) + der.size()) return refused("it is not PKCS#8 DER");
  auto key = share(EVP_PKCS82PKEY(parsed.get()));
  if (!key || EVP_PKEY_is_a(key.get(), openssl_name(type)) != 1) return refused("it is of another type");
  if (type == KeyType::p256 && !is_p256(key.get())) return refused("it is of another curve");
  if (type == KeyType::rsa) {
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < kMinRsaBits || bits > kMaxRsaBits) return refused("RSA keys must have 2048 to 8192 bits");
  }
  return PrivateKey(type, std::move(key));
}

core::Result<SecretBytes> PrivateKey::to_pkcs8() const {
  const Pkcs8 info(EVP_PKEY2PKCS8(key_.get()));
  unsigned char* der = nullptr;
  const int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der) : -1;
  if (length <= 0) return openssl_failure("PKCS#8 export");
  SecretBytes out(std::string_view(reinterpret_cast<char*>(der), static_cast<std::size_t>(length)));
  OPENSSL_clear_free(der, static_cast<std::size_t>(length));
  return out;
}

core::Result<PublicComponents> PrivateKey::public_components() const {
  PublicComponents out;
  switch (type_) {
    case KeyType::rsa:
      out = {number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N), number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)};
      break;
    case KeyType::p256:
      out = {number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, kScalarSize),
             number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, kScalarSize)};
      break;
    case KeyType::ed25519: {
      std::size_t length = kScalarSize;
      out.first.resize(length);
      if (EVP_PKEY_get_raw_public_key(key_.get(), bytes(out.first), &length) != 1) out.first.clear();
      break;
    }
  }
  if (out.first.empty() || (out.second.empty() && type_ != KeyType::ed25519)) return openssl_failure("public numbers");
  return out;
}

core::Result<std::string> PrivateKey::sign(SignatureScheme scheme, std::string_view message) const {
  if (key_type(scheme) != type_)
    return core::Error{core::Code::internal, "A key was used with a scheme of another type."};
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;  // owned by context
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  std::string out(length, '\0');
  if (!context ||
      EVP_DigestSignInit_ex(context.get(), &settings, digest_name(scheme), nullptr, nullptr, key_.get(), nullptr) !=
          1 ||
      !set_padding(settings, scheme) ||
      EVP_DigestSign(context.get(), bytes(out), &length, bytes(message), message.size()) != 1) {
    return openssl_failure("signing");
  }
  out.resize(length);
  if (scheme != SignatureScheme::p256_ecdsa_sha256) return out;
  out = raw_signature(out);
  if (out.empty()) return openssl_failure("ECDSA signature");
  return out;
}

}  // namespace sigma::crypto
