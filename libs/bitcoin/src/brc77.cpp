#include "sigma/bitcoin/brc77.hpp"

#include "der.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"
#include "tweaked_verify.hpp"

namespace sigma::bitcoin {
namespace {

constexpr std::string_view kVersion = "BB3\x01";
constexpr std::size_t kKeyIdSize = 32;
constexpr char kForAnyone = '\0';

std::string signing_invoice(std::string_view key_id) {
  return invoice_number(2, "message signing", core::base64_encode(key_id));
}

bool verify_with(const PublicKey& shared_point, const PublicKey& sender, std::string_view text,
                 const Brc77Envelope& envelope) {
  const auto signature = parse_der(envelope.der);
  return signature && envelope.sender == sender.view() &&
         verify_tweaked(sender, brc42_tweak(shared_point, signing_invoice(envelope.key_id)), crypto::sha256(text),
                        *signature);
}

}  // namespace

std::optional<Brc77Envelope> parse_brc77(std::string_view bytes) {
  const auto take = [&](std::size_t size) {
    const auto part = bytes.substr(0, size);
    bytes.remove_prefix(part.size());
    return part;
  };
  if (bytes.size() > kMaxBrc77Size || take(kVersion.size()) != kVersion) return std::nullopt;
  Brc77Envelope envelope;
  envelope.sender = take(PublicKey::kSize);
  if (bytes.starts_with(kForAnyone)) {
    take(1);
  } else {
    envelope.recipient = take(PublicKey::kSize);
  }
  envelope.key_id = take(kKeyIdSize);
  envelope.der = bytes;
  if (envelope.der.empty()) return std::nullopt;
  return envelope;
}

core::Result<std::string> sign_brc77(const PrivateKey& sender, std::string_view text, core::Random& random,
                                     const PublicKey* recipient) {
  const auto key_id = random.bytes(kKeyIdSize);
  SIGMA_TRY(const auto key,
            derive_child(sender, recipient ? *recipient : PrivateKey::anyone().public_key(), signing_invoice(key_id)));
  std::string out(kVersion);
  out += sender.public_key().view();
  if (recipient) {
    out += recipient->view();
  } else {
    out += kForAnyone;
  }
  out += key_id;
  out += key.sign_der(crypto::sha256(text));
  return out;
}

bool verify_brc77(const PublicKey& sender, std::string_view text, const Brc77Envelope& envelope) {
  // The point shared with private key 1 is the sender's own.
  return !envelope.recipient && verify_with(sender, sender, text, envelope);
}

bool verify_brc77(const PublicKey& sender, const PrivateKey& recipient, std::string_view text,
                  const Brc77Envelope& envelope) {
  return envelope.recipient && *envelope.recipient == recipient.public_key().view() &&
         verify_with(recipient.shared_point(sender), sender, text, envelope);
}

}  // namespace sigma::bitcoin
