#include "sigma/oauth/accounts/own_account.hpp"

#include "sigma/oauth/accounts/account_proof.hpp"
#include "sigma/oauth/audit/own_network.hpp"
#include "sigma/oauth/identities/display_name.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::size_t kMaxImage = 2'048;
constexpr std::size_t kMaxEvents = 1'000;  // the newest; older ones page by page from /api/auth/activity

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

Json event_json(const store::AuditRow& row) {
  return {{"at", to_iso8601(row.at)},
          {"type", row.type},
          {"outcome", row.outcome},
          {"client_id", row.client_id ? Json(row.client_id->str()) : Json(nullptr)},
          {"bap_id", row.bap_id ? Json(row.bap_id->str()) : Json(nullptr)},
          {"network", optional_text(network_of_own(row))}};
}

/// Shown by applications to others: only what a browser fetches over https.
bool is_image(const std::string& address) {
  return address.size() <= kMaxImage && address.starts_with("https://") &&
         static_cast<bool>(check_redirect_uri(address, {}));
}

}  // namespace

core::Task<Result<void>> OwnAccount::describe(store::SessionWithUser session, SelfDescription change) {
  if (!change.name && !change.image) co_return Error{ErrorCode::validation_error, "No fields to update"};
  if (change.name && !is_display_name(*change.name)) co_return Error{ErrorCode::validation_error, kNameRule};
  if (change.image && *change.image && !is_image(**change.image)) {
    co_return Error{ErrorCode::validation_error,
                    "[body.image] The address of a picture begins with https:// and has up to 2048 characters; null "
                    "takes the picture away."};
  }
  const core::UtcTime now = clock_.now();
  if (session.session.active_bap_id) {
    store::ProfileChange profile{
        .bap_id = *session.session.active_bap_id, .user_id = session.user.id, .updated_at = now};
    profile.name = change.name;
    profile.image = change.image;
    SIGMA_CO_CHECK(co_await store_.users.update_profile(std::move(profile)));
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
  store::AuditFilter own;
  own.user_id = user.id.str();
  SIGMA_CO_TRY(const auto events, co_await store_.audit.list(std::move(own), kMaxEvents, std::nullopt));
  Json& activity = all["activity"] = Json::array();
  for (const store::AuditRow& row : events) activity.push_back(event_json(row));
  co_return all;
}

core::Task<Result<bool>> OwnAccount::is_signed(const store::UserId& user, std::vector<std::string> tokens,
                                               std::string body) {
  co_return co_await is_signed_by(store_.users, x_auth_token_, user, std::move(tokens), kDeleteUserPath,
                                  std::move(body));
}

core::Task<Result<bool>> OwnAccount::remove(Farewell farewell) {
  const store::SessionWithUser& here = farewell.session;
  SIGMA_CO_TRY(const bool is_proven,
               co_await is_signed(here.user.id, std::move(farewell.x_auth_tokens), std::move(farewell.body)));
  if (!is_proven && !is_fresh(here.session, clock_.now())) co_return false;
  SIGMA_CO_CHECK(co_await store_.accounts.remove(here.user.id, clock_.now()));
  co_return true;
}

}  // namespace sigma::oauth
