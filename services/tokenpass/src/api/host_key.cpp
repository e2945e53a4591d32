#include "api/host_key.hpp"

namespace sigma::tokenpass {

using bitcoin::PrivateKey;

Outcome<PrivateKey> host_key_of(App& app, const Token& token) {
  auto key = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<PrivateKey> {
    SIGMA_TRY(PrivateKey host, keyring.host_key(token.host));
    return host;
  });
  if (key) app.sites.keep_key({token.host, key->public_key().address(), key->public_key().hex()});
  return key;
}

Outcome<PrivateKey> signing_key_of(App& app, const Call& call, const Token& token) {
  SIGMA_TRY(const auto bap_id, text_member(call.body, "bapId"));
  if (!bap_id || bap_id->empty()) return host_key_of(app, token);
  if (call.caller.kind == CallerKind::foreign && *bap_id != token.bap_id) {
    return Problem(403, "This site was not allowed to speak for that identity.", ProblemCode::not_authorised);
  }
  return app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<PrivateKey> {
    const keyring::Identity* identity = keyring.find_identity(*bap_id);
    if (identity == nullptr) return Problem(400, "This wallet has no such identity.");
    SIGMA_TRY(PrivateKey key, keyring.signing_key(*identity));
    return key;
  });
}

}  // namespace sigma::tokenpass
