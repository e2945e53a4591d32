#include "admin/account_json.hpp"

#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::service {
namespace {

template <class T>
core::Json or_null(const std::optional<T>& value) {
  return value ? core::Json(*value) : core::Json();
}

core::Json render_identity(const store::Profile& profile) {
  return {{"bap_id", profile.bap_id.str()},
          {"name", oauth::display_name({{}, profile})},
          {"image", or_null(oauth::display_picture({{}, profile}))},
          {"member_pubkey", profile.member_pubkey},
          {"root_address", or_null(core::json_string(profile.profile, "rootAddress"))},
          {"current_address", or_null(core::json_string(profile.profile, "currentAddress"))},
          {"primary", profile.is_primary},
          {"created_at", core::to_iso8601(profile.created_at)},
          {"updated_at", core::to_iso8601(profile.updated_at)}};
}

}  // namespace

core::Json render_user(const store::User& user) {
  return {{"id", user.id.str()},
          {"name", user.name},
          {"email", or_null(user.email)},
          {"email_verified", user.email_verified},
          {"image", or_null(user.image)},
          {"pubkey", or_null(user.pubkey)},
          {"subscription_tier", user.subscription_tier},
          {"roles", user.roles},
          {"disabled", user.disabled},
          {"created_at", core::to_iso8601(user.created_at)},
          {"updated_at", core::to_iso8601(user.updated_at)}};
}

core::Json render_account(const oauth::Account& account) {
  core::Json json = render_user(account.user);
  json["identities"] = core::Json::array();
  for (const store::Profile& profile : account.identities) json["identities"].push_back(render_identity(profile));
  return json;
}

core::Json render_consent(const store::Consent& consent) {
  return {{"client_id", consent.client_id.str()},
          {"bap_id", consent.bap_id ? core::Json(consent.bap_id->str()) : core::Json()},
          {"scopes", consent.scopes},
          {"created_at", core::to_iso8601(consent.created_at)},
          {"updated_at", core::to_iso8601(consent.updated_at)}};
}

core::Json render_session(const store::Session& session) {
  return {{"id", session.id.str()},
          {"user_id", session.user_id.str()},
          {"bap_id", session.active_bap_id ? core::Json(session.active_bap_id->str()) : core::Json()},
          {"auth_time", core::to_iso8601(session.auth_time)},
          {"ip_address", session.ip_address},
          {"user_agent", session.user_agent},
          {"created_at", core::to_iso8601(session.created_at)},
          {"updated_at", core::to_iso8601(session.updated_at)},
          {"expires_at", core::to_iso8601(session.expires_at)}};
}

}  // namespace sigma::service
