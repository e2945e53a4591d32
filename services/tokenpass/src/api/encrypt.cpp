#include "api/handlers.hpp"
#include "api/host_key.hpp"
#include "api/render.hpp"
#include "sigma/bitcoin/ecies.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/keyring/friend_cipher.hpp"

namespace sigma::tokenpass {
namespace {

using bitcoin::PrivateKey;
using keyring::Friend;

/// Nothing when the request names no friend.
Outcome<std::optional<Friend>> parse_friend(const core::Json& body) {
  SIGMA_TRY(const auto bap_id, text_member(body, "friendBapId"));
  SIGMA_TRY(const auto their_key, text_member(body, "theirPublicKey"));
  Friend found;
  if (bap_id && !bap_id->empty()) found.bap_id = bap_id;
  if (their_key && !their_key->empty()) {
    const auto key = bitcoin::PublicKey::from_hex(*their_key);
    if (!key) return Problem(400, "theirPublicKey must be a compressed public key in hex.");
    found.public_key = *key;
  }
  if (!found.bap_id && !found.public_key) return std::optional<Friend>();
  return std::optional<Friend>(found);
}

Outcome<std::string> parse_plaintext(const core::Json& body) {
  SIGMA_TRY(const auto data, text_member(body, "data"));
  SIGMA_TRY(const auto message, text_member(body, "message"));
  if (data && !data->empty()) return *data;
  if (message && !message->empty()) return *message;
  return Problem(400, "Message is required");
}

/// Hex (TokenPass) or base64 (the cloud signer).
Outcome<std::string> parse_ciphertext(const core::Json& body) {
  SIGMA_TRY(const std::string text, required_member(body, "ciphertext"));
  if (auto bytes = core::hex_decode(text)) return *bytes;
  if (auto bytes = core::base64_decode(text)) return *bytes;
  return Problem(400, "ciphertext must be hex or base64.");
}

}  // namespace

Task<Answer> encrypt(App& app, Call call) {
  SIGMA_CO_TRY(const auto to, parse_friend(call.body));
  SIGMA_CO_TRY(const std::string plaintext, parse_plaintext(call.body));
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"encrypt"}));
  app.sites.note(token.host, "encrypted");
  if (to) {
    auto sealed = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<std::string> {
      SIGMA_TRY(std::string bytes, keyring::encrypt_for_friend(keyring, *to, plaintext, app.random));
      return core::hex_encode(bytes);
    });
    if (!sealed) co_return sealed.error();
    co_return json_answer({{"ciphertext", *sealed}, {"encrypted", *sealed}, {"success", true}});
  }
  SIGMA_CO_TRY(const PrivateKey key, host_key_of(app, token));
  const std::string sealed =
      core::hex_encode(bitcoin::encrypt_bie1(key.public_key(), PrivateKey::generate(app.random), plaintext));
  co_return json_answer({{"encrypted", sealed},
                         {"data", sealed},
                         {"ciphertext", sealed},
                         {"address", key.public_key().address()},
                         {"ts", app.clock.now().ms},
                         {"success", true}});
}

Task<Answer> decrypt(App& app, Call call) {
  SIGMA_CO_TRY(const auto from, parse_friend(call.body));
  SIGMA_CO_TRY(const std::string sealed, parse_ciphertext(call.body));
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"decrypt"}));
  SIGMA_CO_TRY(const PrivateKey host_key, host_key_of(app, token));
  auto plaintext = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<std::string> {
    const keyring::Identity identity = identity_of(keyring, token);
    SIGMA_TRY(const auto bytes,
              keyring::decrypt_from_friend(keyring, from.value_or(Friend{}), host_key, &identity, sealed));
    if (!core::is_utf8(bytes.view())) return Problem(400, "Failed to decrypt: what is inside is not text.");
    return std::string(bytes.view());
  });
  if (!plaintext) co_return plaintext.error();
  app.sites.note(token.host, "decrypted");
  co_return json_answer({{"data", *plaintext}, {"success", true}});
}

Task<Answer> friend_pubkey(App& app, Call call) {
  SIGMA_CO_TRY(const std::string friend_id, required_member(call.body, "friendBapId"));
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"sign", "encrypt", "decrypt"}));
  auto key = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<std::string> {
    SIGMA_TRY(const PrivateKey found, keyring.friend_key(friend_id));
    return found.public_key().hex();
  });
  if (!key) co_return key.error();
  co_return json_answer({{"publicKey", *key}, {"success", true}});
}

}  // namespace sigma::tokenpass
