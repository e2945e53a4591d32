#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/bitcoin/base58check.hpp"
#include "sigma/bitcoin/bip32.hpp"
#include "sigma/bitcoin/bip39.hpp"
#include "sigma/bitcoin/brc77.hpp"
#include "sigma/bitcoin/brc78.hpp"
#include "sigma/bitcoin/bsm.hpp"
#include "sigma/bitcoin/ecies.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"
#include "targets.hpp"

namespace sigma::fuzz {
namespace {

const bitcoin::PrivateKey& own_key() {
  static const bitcoin::PrivateKey key =
      bitcoin::PrivateKey::from_hex("0000000000000000000000000000000000000000000000000000000000000007").value();
  return key;
}

}  // namespace

SIGMA_FUZZ(x_auth_token) {
  const auto parsed = bitcoin::parse_auth_token(input);
  // The time of the vectors, so that their signatures are looked at; nobody else's can be right.
  const auto time = parsed ? core::parse_iso8601(parsed->timestamp) : std::nullopt;
  const auto verified = bitcoin::verify_auth_token(
      input, {.paths = {parsed ? parsed->request_path : "/"}, .bodies = {}, .now = time.value_or(core::UtcTime{0})});
  if (!verified) return;
  promise(parsed.has_value() && verified->replay_key.size() == 32, "what is verified was read first");
  promise(verified->pubkey.hex() == core::to_lower_ascii(parsed->pubkey), "the claimed key is the key");
}

SIGMA_FUZZ(form_body_of_old_clients) {
  if (const auto body = bitcoin::legacy_form_body(input)) promise(*body != input, "only a different spelling counts");
}

SIGMA_FUZZ(brc77) {
  const auto envelope = bitcoin::parse_brc77(input);
  if (!envelope) return;
  promise(envelope->sender.size() == 33 && envelope->key_id.size() == 32, "parts have their sizes");
  const auto sender = bitcoin::PublicKey::parse(envelope->sender);
  if (!sender) return;
  promise(!bitcoin::verify_brc77(*sender, "a text that nobody signed", *envelope), "no signature from nowhere");
  promise(!bitcoin::verify_brc77(*sender, own_key(), "a text that nobody signed", *envelope), "nor for somebody");
}

SIGMA_FUZZ(brc78) {
  if (bitcoin::decrypt_brc78(own_key(), input)) reached();
}

SIGMA_FUZZ(bie1) {
  if (bitcoin::decrypt_bie1(own_key(), input)) reached();
  const auto sender = own_key().public_key();
  if (bitcoin::decrypt_bie1(own_key(), input, &sender)) reached();
}

SIGMA_FUZZ(bsm) {
  if (const auto signer = bitcoin::recover_bsm("text", input)) {
    promise(input.size() == bitcoin::kBsmSignatureSize, "65 bytes");
    promise(bitcoin::verify_bsm(signer->key, "text", input), "who is recovered has signed");
    promise(bitcoin::verify_bsm_address(signer->address(), "text", input), "and owns the address");
  }
}

SIGMA_FUZZ(public_key) {
  if (const auto key = bitcoin::PublicKey::parse(input))
    promise(crypto::view(key->bytes()) == input, "one spelling of a key");
  if (const auto key = bitcoin::PublicKey::parse_any(input))
    promise(bitcoin::PublicKey::parse(crypto::view(key->bytes())).has_value(), "a key is a point");
  (void)bitcoin::PublicKey::from_hex(input);
}

SIGMA_FUZZ(wallet_texts) {
  if (input.size() > 512) return;
  if (const auto key = bitcoin::PrivateKey::from_wif(input)) promise(key->to_wif() == input, "one spelling of a WIF");
  (void)bitcoin::base58check_decode(input);
  (void)bitcoin::ExtendedKey::from_xprv(input);
  if (const auto entropy = bitcoin::entropy_from_mnemonic(input))
    promise(bitcoin::mnemonic_from_entropy(entropy->view()).has_value(), "words of an entropy");
  static const auto root = bitcoin::ExtendedKey::from_seed(std::string(32, '\x07')).value();
  if (input.size() < 64) (void)root.derive(input);
}

}  // namespace sigma::fuzz
