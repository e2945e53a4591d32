#include "sigma/crypto/sealer.hpp"

#include <openssl/crypto.h>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/aead.hpp"
#include "sigma/crypto/kdf.hpp"

namespace sigma::crypto {
namespace {

constexpr std::string_view kVersion = "s1.";
constexpr std::size_t kIdLength = 8;

core::Error unopenable() {
  return {core::Code::unauthorized, "A sealed value cannot be opened.",
          "it was changed, belongs elsewhere, or its secret is no longer in SIGMA_SECRET"};
}

/// Unambiguous whatever the parts contain: the length of the first stands before it.
std::string associated_data(std::string_view id, std::string_view purpose, std::string_view context) {
  return fmt::format("{}{}.{}:{}{}", kVersion, id, purpose.size(), purpose, context);
}

/// Key of one purpose. One HMAC as PRF (NIST SP 800-108): the roots are uniform already.
class PurposeKey {
 public:
  PurposeKey(const SecretBytes& root, std::string_view purpose) : bytes_(hmac_sha256(root.view(), purpose)) {}
  ~PurposeKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  PurposeKey(const PurposeKey&) = delete;
  PurposeKey& operator=(const PurposeKey&) = delete;
  std::string_view view() const { return crypto::view(bytes_); }

 private:
  Hash256 bytes_;
};

}  // namespace

core::Result<Sealer> Sealer::create(const std::vector<SecretBytes>& secrets) {
  if (secrets.empty()) return core::Error{core::Code::invalid_input, "At least one server secret is needed."};
  std::vector<Root> roots;
  for (const SecretBytes& secret : secrets) {
    if (secret.size() < kMinSecretSize) {
      return core::Error{core::Code::invalid_input, "A server secret must have at least 32 characters."};
    }
    const SecretBytes id = hkdf_sha256(secret.view(), {}, "sigma sealer v1 key id", kIdLength / 2);
    Root root{.id = core::hex_encode(id.view()),
              .seal = hkdf_sha256(secret.view(), {}, "sigma sealer v1 seal", 32),
              .mac = hkdf_sha256(secret.view(), {}, "sigma sealer v1 mac", 32)};
    if (std::ranges::any_of(roots, [&](const Root& other) { return other.id == root.id; })) {
      return core::Error{core::Code::invalid_input, "A server secret is listed twice."};
    }
    roots.push_back(std::move(root));
  }
  return Sealer(std::move(roots));
}

core::Result<std::string> Sealer::seal(std::string_view purpose, std::string_view context, std::string_view secret,
                                       core::Random& random) const {
  const Root& root = roots_.front();
  const PurposeKey key(root.seal, purpose);
  SIGMA_TRY(const std::string sealed,
            aead_seal(key.view(), secret, associated_data(root.id, purpose, context), random));
  return fmt::format("{}{}.{}", kVersion, root.id, core::base64url_encode(sealed));
}

core::Result<SecretBytes> Sealer::open(std::string_view purpose, std::string_view context,
                                       std::string_view sealed) const {
  constexpr std::size_t kPrefix = kVersion.size() + kIdLength + 1;
  if (!sealed.starts_with(kVersion) || sealed.size() < kPrefix || sealed[kPrefix - 1] != '.') return unopenable();
  const auto id = sealed.substr(kVersion.size(), kIdLength);
  const auto body = core::base64url_decode(sealed.substr(kPrefix));
  const auto root = std::ranges::find(roots_, id, &Root::id);
  if (!body || root == roots_.end()) return unopenable();
  auto secret = aead_open(PurposeKey(root->seal, purpose).view(), *body, associated_data(id, purpose, context));
  if (!secret) return unopenable();
  return secret;
}

bool Sealer::current(std::string_view sealed) const {
  return sealed.starts_with(kVersion) && sealed.substr(kVersion.size()).starts_with(roots_.front().id + ".");
}

std::string Sealer::mac(std::string_view purpose, std::string_view data) const {
  return to_string(hmac_sha256(PurposeKey(roots_.front().mac, purpose).view(), data));
}

bool Sealer::verify_mac(std::string_view purpose, std::string_view data, std::string_view mac) const {
  bool any = false;
  for (const Root& root : roots_) {  // no early exit: which secret fitted is nobody's business
    const Hash256 expected = hmac_sha256(PurposeKey(root.mac, purpose).view(), data);
    any = constant_time_equal(crypto::view(expected), mac) || any;
  }
  return any;
}

}  // namespace sigma::crypto
