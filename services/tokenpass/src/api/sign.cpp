#include "api/handlers.hpp"
#include "api/host_key.hpp"
#include "api/render.hpp"
#include "sigma/bitcoin/aip.hpp"
#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/bitcoin/bsm.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {
namespace {

using bitcoin::PrivateKey;
using core::Json;

Outcome<std::string> decode(const std::string& message, const std::string& encoding) {
  const std::string name = core::to_lower_ascii(encoding);
  std::optional<std::string> bytes;
  if (name == "utf8" || name == "utf-8")
    bytes = message;
  else if (name == "hex")
    bytes = core::hex_decode(message);
  else if (name == "base64")
    bytes = core::base64_decode(message);
  else
    return Problem(400, "encoding must be one of utf8, hex, base64.");
  if (!bytes) return Problem(400, fmt::format("The message is not valid {}.", name));
  return *bytes;
}

Task<Answer> sign_message(App& app, Call call, std::string message) {
  SIGMA_CO_TRY(const auto encoding, text_member(call.body, "encoding"));
  SIGMA_CO_TRY(const std::string bytes, decode(message, encoding.value_or("utf8")));
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"sign"}));
  SIGMA_CO_TRY(const PrivateKey key, signing_key_of(app, call, token));
  app.sites.note(token.host, "signed a message");
  co_return json_answer({{"address", key.public_key().address()},
                         {"sig", core::base64_encode(bitcoin::sign_bsm(key, bytes))},
                         {"message", message},
                         {"ts", app.clock.now().ms},
                         {"success", true}});
}

Task<Answer> sign_request(App& app, Call call) {
  SIGMA_CO_TRY(const std::string path, required_member(call.body, "path"));
  SIGMA_CO_TRY(const auto body, text_member(call.body, "body"));
  SIGMA_CO_TRY(const auto type, text_member(call.body, "signatureType"));
  const auto scheme = bitcoin::parse_auth_scheme(type.value_or("brc77"));
  if (!scheme) co_return Problem(400, "signatureType must be bsm or brc77.");
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"sign"}));
  SIGMA_CO_TRY(const PrivateKey key, signing_key_of(app, call, token));
  SIGMA_CO_TRY(std::string signed_token,
               bitcoin::make_auth_token(key, *scheme, path, body, app.clock.now(), app.random));
  app.sites.note(token.host, "signed a request");
  co_return json_answer({{"token", std::move(signed_token)}, {"success", true}});
}

Outcome<std::vector<std::string>> parse_pushes(const Json& body) {
  constexpr std::size_t kMaxPushes = 1000;
  Problem wrong(400, "data must be a non-empty array of hex strings");
  const auto data = body.find("data");
  if (data == body.end() || !data->is_array() || data->empty() || data->size() > kMaxPushes) return wrong;
  std::vector<std::string> pushes;
  for (const Json& item : *data) {
    const auto bytes = item.is_string() ? core::hex_decode(item.get<std::string>()) : std::nullopt;
    if (!bytes) return wrong;
    pushes.push_back(*bytes);
  }
  return pushes;
}

}  // namespace

Task<Answer> sign(App& app, Call call) {
  SIGMA_CO_TRY(const auto message, text_member(call.body, "message"));
  SIGMA_CO_TRY(const auto path, text_member(call.body, "path"));
  if (message && !message->empty()) co_return co_await sign_message(app, std::move(call), *message);
  if (path) co_return co_await sign_request(app, std::move(call));
  co_return Problem(400, "Message is required");
}

// The whole list of pushes as hex, as the cloud signer answers; the short form of the older servers beside it.
Task<Answer> sign_aip(App& app, Call call) {
  SIGMA_CO_TRY(std::vector<std::string> pushes, parse_pushes(call.body));
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"sign"}));
  auto key = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<PrivateKey> {
    if (keyring.find_identity(token.bap_id) == nullptr) {
      SIGMA_TRY(PrivateKey host, keyring.host_key(token.host));
      return host;
    }
    SIGMA_TRY(PrivateKey identity, keyring.signing_key(identity_of(keyring, token)));
    return identity;
  });
  if (!key) co_return key.error();
  Json ops = Json::array();
  const std::vector<std::string> signed_pushes = bitcoin::sign_aip(*key, std::move(pushes));
  for (const std::string& push : signed_pushes) ops.push_back(core::hex_encode(push));
  app.sites.note(token.host, "signed a transaction output");
  co_return json_answer({{"signedOps", std::move(ops)},
                         {"aip",
                          {{"algorithm", "BITCOIN_ECDSA"},
                           {"address", key->public_key().address()},
                           {"signature", core::base64_encode(signed_pushes.back())}}},
                         {"success", true}});
}

}  // namespace sigma::tokenpass
