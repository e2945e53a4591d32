#include "registration/described_members.hpp"

#include <algorithm>

namespace sigma::oauth {
namespace {

// What a client may say about itself. A member that is missing here can be set by an administrator only.
constexpr std::string_view kSelfDescribed[] = {
    // RFC 7591 §2
    "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "client_uri",
    "logo_uri", "scope", "contacts", "tos_uri", "policy_uri", "jwks_uri", "jwks", "software_id", "software_version",
    "software_statement",
    // OpenID Connect Dynamic Client Registration §2
    "application_type", "sector_identifier_uri", "subject_type", "id_token_signed_response_alg",
    "id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc", "request_object_signing_alg",
    "request_object_encryption_alg", "request_object_encryption_enc", "token_endpoint_auth_signing_alg",
    "default_max_age", "require_auth_time", "default_acr_values", "initiate_login_uri", "request_uris",
    // Further standards
    "post_logout_redirect_uris", "backchannel_logout_uri", "backchannel_logout_session_required",
    "require_signed_request_object", "tls_client_certificate_bound_access_tokens", "introspection_signed_response_alg",
    "introspection_encrypted_response_alg", "authorization_signed_response_alg", "authorization_encrypted_response_alg",
    "dpop_bound_access_tokens", "require_pushed_authorization_requests",
    // Ours
    "require_pkce"};
// Keys that a request proves (key_proofs.hpp); a document proves nothing.
constexpr std::string_view kMemberKeys[] = {"member_pubkey", "member_pubkeys"};

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool may_describe(Registrar registrar, std::string_view member) {
  if (registrar == Registrar::administrator || holds(kSelfDescribed, member)) return true;
  return registrar != Registrar::document && holds(kMemberKeys, member);
}

}  // namespace sigma::oauth
