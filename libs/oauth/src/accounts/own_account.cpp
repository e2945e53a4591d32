#include "sigma/oauth/accounts/own_account.hpp"

#include "sigma/oauth/identities/display_name.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

/// Fresh for a day, as better-auth counts it (contract §6).
constexpr std::int64_t kFreshMs = 86'400 * 1000LL;
constexpr std::size_t kMaxImage = 2'048;

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json user_json(const store::User& user) {
  return {{"id", user.id.str()},
          {"name", user.name},
          {"email", optional_text(user.email)},
          {"email_verified", user.email_verified},
          {"image", optional_text(user.image)},
          {"pubkey", optional_text(user.pubkey)},
          {"subscription_tier", user.subscription_tier},
          {"roles", user.roles},
          {"created_at", to_iso8601(user.created_at)},
          {"updated_at", to_iso8601(user.updated_at)}};
}

Json identity_json(const store::Profile& profile) {
  return {{"bap_id", profile.bap_id.str()},
          {"name", profile.name},
          {"image", optional_text(profile.image)},
          {"member_pubkey", profile.member_pubkey},
          {"is_primary", profile.is_primary},
          {"counter", profile.counter},
          {"profile", profile.profile},
          {"created_at", to_iso8601(profile.created_at)},
          {"updated_at", to_iso8601(profile.updated_at)}};
}

Json session_json(const store::Session& session) {
  return {{"id", session.id.str()},
          {"bap_id", session.active_bap_id ? Json(session.active_bap_id->str()) : Json(nullptr)},
          {"ip_address", session.ip_address},
          {"user_agent", session.user_agent},
          {"signed_in_at", to_iso8601(session.auth_time)},
          {"created_at", to_iso8601(session.created_at)},
          {"updated_at", to_iso8601(session.updated_at)},
          {"expires_at", to_iso8601(session.expires_at)}};
}

Json consent_json(const store::Consent& consent) {
  return {{"client_id", consent.client_id.str()},
          {"bap_id", consent.bap_id ? Json(consent.bap_id->str()) : Json(nullptr)},
          {"scopes", consent.scopes},
          {"created_at", to_iso8601(consent.created_at)},
          {"updated_at", to_iso8601(consent.updated_at)}};
}

Json client_json(const store::Client& client) {
  return {{"client_id", client.id.str()},
          {"client_name", client.name},
          {"owner_bap_id", client.owner_bap_id ? Json(client.owner_bap_id->str()) : Json(nullptr)},
          {"redirect_uris", client.redirect_uris},
          {"metadata", client.metadata},
          {"created_at", to_iso8601(client.created_at)},
          {"updated_at", to_iso8601(client.updated_at)}};
}

/// Shown by applications to others: only what a browser fetches over https.
bool is_image(const std::string& address) {
  return address.size() <= kMaxImage && address.starts_with("https://") &&
         static_cast<bool>(check_redirect_uri(address, {}));
}

}  // namespace

core::Task<Result<void>> OwnAccount::describe(store::SessionWithUser session, SelfDescription change) {
  if (!change.name && !change.image) co_return Error{ErrorCode::validation_error, "No fields to update"};
  if (change.name && !is_display_name(*change.name))
    co_return Error{ErrorCode::validation_error, "[body.name] A name has 1 to 100 bytes and no control characters."};
  if (change.image && *change.image && !is_image(**change.image)) {
    co_return Error{ErrorCode::validation_error,
                    "[body.image] The address of a picture begins with https:// and has up to 2048 characters; null "
                    "takes the picture away."};
  }
  const core::UtcTime now = clock_.now();
  if (session.session.active_bap_id) {
    SIGMA_CO_TRY(auto profile, co_await store_.users.find_profile(*session.session.active_bap_id));
    if (profile && profile->user_id == session.user.id) {
      if (change.name) profile->name = *change.name;
      if (change.image) profile->image = *change.image;
      profile->updated_at = now;
      SIGMA_CO_CHECK(co_await store_.users.save_profile(std::move(*profile)));
    }
  }
  if (change.name) session.user.name = std::move(*change.name);
  if (change.image) session.user.image = std::move(*change.image);
  session.user.updated_at = now;
  SIGMA_CO_CHECK(co_await store_.users.update(std::move(session.user)));
  co_return Result<void>{};
}

core::Task<Result<Json>> OwnAccount::export_all(store::User user) {
  const core::UtcTime now = clock_.now();
  Json all = {{"exported_at", to_iso8601(now)}, {"account", user_json(user)}};
  Json& identities = all["identities"] = Json::array();
  Json& applications = all["applications"] = Json::array();
  SIGMA_CO_TRY(const auto profiles, co_await store_.users.list_profiles(user.id));
  for (const store::Profile& profile : profiles) {
    Json identity = identity_json(profile);
    Json& backups = identity["backups"] = Json::array();
    SIGMA_CO_TRY(const auto versions, co_await store_.backups.list(profile.bap_id));
    for (const auto& [version, created_at] : versions)
      backups.push_back({{"version", version}, {"created_at", to_iso8601(created_at)}});
    SIGMA_CO_TRY(const auto newest, co_await store_.backups.find(profile.bap_id, std::nullopt));
    if (newest) identity["newest_backup"] = newest->content;
    identities.push_back(std::move(identity));
    SIGMA_CO_TRY(const auto owned, co_await store_.clients.list_owned(profile.bap_id));
    for (const store::Client& client : owned) applications.push_back(client_json(client));
  }
  SIGMA_CO_TRY(const auto sessions, co_await store_.sessions.list(user.id, now));
  Json& places = all["sessions"] = Json::array();
  for (const store::Session& session : sessions) places.push_back(session_json(session));
  SIGMA_CO_TRY(const auto consents, co_await store_.consents.list(user.id));
  Json& agreed = all["consents"] = Json::array();
  for (const store::Consent& consent : consents) agreed.push_back(consent_json(consent));
  co_return all;
}

core::Task<Result<bool>> OwnAccount::is_signed(const store::UserId& user, std::vector<std::string> tokens,
                                               std::string body) {
  if (tokens.empty()) co_return false;
  if (tokens.size() > 1)
    co_return Error{ErrorCode::invalid_auth_token_format, "Send one X-Auth-Token header, not several."};
  XAuthTokenRule rule;
  rule.paths.emplace_back(kDeleteUserPath);
  rule.bodies.push_back(std::move(body));
  SIGMA_CO_TRY(const auto outcome, co_await x_auth_token_.verify(std::move(tokens.front()), std::move(rule)));
  if (!outcome.token) {
    co_return Error{
        outcome.fault.malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
        outcome.fault.description};
  }
  SIGMA_CO_TRY(const auto signer, co_await store_.users.find_by_pubkey(outcome.token->pubkey.hex()));
  if (!signer || signer->id != user)
    co_return Error{ErrorCode::bap_ownership_failed, "The X-Auth-Token is signed by a key that is not this account's."};
  co_return true;
}

core::Task<Result<bool>> OwnAccount::remove(Farewell farewell) {
  const store::SessionWithUser& here = farewell.session;
  SIGMA_CO_TRY(const bool is_proven,
               co_await is_signed(here.user.id, std::move(farewell.x_auth_tokens), std::move(farewell.body)));
  const bool is_fresh = clock_.now().ms - here.session.auth_time.ms < kFreshMs;
  if (!is_proven && !is_fresh) co_return false;
  SIGMA_CO_CHECK(co_await store_.accounts.remove(here.user.id, clock_.now()));
  co_return true;
}

}  // namespace sigma::oauth
