#include "provider/sign_in.hpp"

#include "provider/refusal.hpp"
#include "sigma/bitcoin/auth_token.hpp"

namespace sigma::tokenpass {
namespace {

using keyring::Identity;
using keyring::Keyring;

struct Proof {
  std::string x_auth_token;
  std::string name;  ///< empty: none was chosen
  std::string picture;
};

Outcome<Proof> prove(App& app, const std::string& bap_id) {
  const core::Json profile = app.record.profile();
  return app.wallet.read([&](const Keyring& keyring) -> Outcome<Proof> {
    const Identity& primary = keyring.identities().front();
    const Identity* identity = bap_id.empty() ? &primary : keyring.find_identity(bap_id);
    if (identity == nullptr) return Problem(400, "This wallet has no such identity.");
    SIGMA_TRY(const auto key, keyring.member_key(*identity));
    Proof proof;
    SIGMA_TRY(proof.x_auth_token, bitcoin::make_auth_token(key, bitcoin::AuthScheme::brc77, oauth::kSignInPath,
                                                           std::nullopt, app.clock.now(), app.random));
    if (identity == &primary) {
      proof.name = core::json_string(profile, "displayName").value_or("");
      proof.picture = core::json_string(profile, "logo").value_or("");
    } else {
      proof.name = identity->name;
    }
    return proof;
  });
}

// What the person is called now, for the claims of the `profile` scope.
Task<oauth::Result<void>> bring_name(oauth::Engine& engine, store::BapId id, Proof proof) {
  SIGMA_CO_TRY(auto profile, co_await engine.store.users.find_profile(std::move(id)));
  if (!profile || proof.name.empty()) co_return oauth::Result<void>{};
  const auto picture = proof.picture.empty() ? std::nullopt : std::optional(proof.picture);
  if (profile->name == proof.name && profile->image == picture) co_return oauth::Result<void>{};
  store::ProfileChange change{.bap_id = profile->bap_id, .user_id = profile->user_id, .updated_at = engine.clock.now()};
  change.name = std::move(proof.name);
  change.image = picture;
  SIGMA_CO_CHECK(co_await engine.store.users.update_profile(std::move(change)));
  co_return oauth::Result<void>{};
}

}  // namespace

Task<Outcome<store::SessionWithUser>> sign_in(App& app, oauth::Engine& engine, std::string bap_id) {
  SIGMA_CO_TRY(Proof proof, prove(app, bap_id));
  oauth::SignInRequest request;
  request.x_auth_tokens.push_back(proof.x_auth_token);
  auto signed_in = co_await engine.sessions.sign_in(std::move(request));
  if (!signed_in) co_return refusal(signed_in.error());
  if (signed_in->session.active_bap_id) {
    auto named = co_await bring_name(engine, *signed_in->session.active_bap_id, std::move(proof));
    if (!named) co_return refusal(named.error());
  }
  co_return store::SessionWithUser{std::move(signed_in->session), std::move(signed_in->user)};
}

Task<Outcome<std::vector<store::User>>> users_of_wallet(App& app, oauth::Engine& engine) {
  auto keys = app.wallet.look([](const Keyring& keyring) -> Outcome<std::vector<std::string>> {
    std::vector<std::string> found;
    for (const Identity& identity : keyring.identities()) {
      SIGMA_TRY(const auto key, keyring.member_key(identity));
      found.push_back(key.public_key().hex());
    }
    return found;
  });
  if (!keys) co_return keys.error();
  std::vector<store::User> users;
  for (std::string& key : *keys) {
    auto user = co_await engine.store.users.find_by_pubkey(std::move(key));
    if (!user) co_return Problem(user.error());
    if (*user) users.push_back(std::move(**user));
  }
  co_return users;
}

}  // namespace sigma::tokenpass
