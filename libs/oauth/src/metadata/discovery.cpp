#include "sigma/oauth/metadata/discovery.hpp"

#include "sigma/oauth/dpop/dpop_verifier.hpp"

namespace sigma::oauth {

core::Json discovery_document(const Settings& settings, const std::vector<std::string>& grant_types) {
  const std::string api = settings.base_url + "/api/auth";
  core::Json document;
  document["issuer"] = settings.issuer;
  document["authorization_endpoint"] = api + "/oauth2/authorize";
  document["token_endpoint"] = api + "/oauth2/token";
  document["userinfo_endpoint"] = api + "/oauth2/userinfo";
  document["introspection_endpoint"] = api + "/oauth2/introspect";
  document["revocation_endpoint"] = api + "/oauth2/revoke";
  document["end_session_endpoint"] = api + "/oauth2/end-session";
  document["backchannel_logout_supported"] = true;
  document["backchannel_logout_session_supported"] = true;
  // Also while registration is off: clients look for the member, and the endpoint says why it refuses (contract §4).
  document["registration_endpoint"] = api + "/oauth2/register";
  document["device_authorization_endpoint"] = api + "/oauth2/device_authorization";
  document["pushed_authorization_request_endpoint"] = settings.base_url + std::string(kPushedRequestPath);
  document["require_pushed_authorization_requests"] = settings.require_pushed_requests;
  document["jwks_uri"] = api + "/jwks";
  document["scopes_supported"] = settings.scopes;
  document["response_types_supported"] = {"code"};
  document["response_modes_supported"] = {"query", "form_post"};
  document["grant_types_supported"] = grant_types;
  document["subject_types_supported"] = {"public", "pairwise"};
  document["id_token_signing_alg_values_supported"] = {"RS256", "ES256", "EdDSA", "ES256K"};
  document["token_endpoint_auth_methods_supported"] = {"client_secret_basic", "client_secret_post", "private_key_jwt",
                                                       "none", "x_auth_token"};
  document["token_endpoint_auth_signing_alg_values_supported"] = {"RS256", "PS256",   "ES256",
                                                                  "EdDSA", "Ed25519", "ES256K"};
  const core::Json assertion_algorithms = document["token_endpoint_auth_signing_alg_values_supported"];
  document["introspection_endpoint_auth_signing_alg_values_supported"] = assertion_algorithms;
  document["revocation_endpoint_auth_signing_alg_values_supported"] = assertion_algorithms;
  document["introspection_endpoint_auth_methods_supported"] = {"client_secret_basic", "client_secret_post",
                                                               "private_key_jwt", "x_auth_token"};
  document["revocation_endpoint_auth_methods_supported"] = document["token_endpoint_auth_methods_supported"];
  document["code_challenge_methods_supported"] = {"S256"};
  document["prompt_values_supported"] = {"none", "login", "consent", "select_account", "create"};
  document["acr_values_supported"] = {kAcr};
  document["dpop_signing_alg_values_supported"] = dpop_algorithms();
  document["claims_supported"] = {"sub",        "iss",         "aud",     "exp",        "iat",   "auth_time",
                                  "nonce",      "acr",         "azp",     "at_hash",    "sid",   "name",
                                  "given_name", "family_name", "picture", "updated_at", "email", "email_verified",
                                  "pubkey",     "bap_id",      "bap",     "bap_name",   "roles", "subscriptionTier"};
  document["claims_parameter_supported"] = true;
  document["request_parameter_supported"] = false;
  document["request_uri_parameter_supported"] = false;
  document["authorization_response_iss_parameter_supported"] = true;
  if (settings.client_id_metadata_documents) document["client_id_metadata_document_supported"] = true;
  // Extension member: how Sigma clients authenticate (contract §1).
  document["x_auth_token_schemes_supported"] = {"brc77", "bsm"};
  return document;
}

std::string userinfo_resource_metadata(const Settings& settings) {
  return settings.base_url + "/.well-known/oauth-protected-resource/api/auth/oauth2/userinfo";
}

core::Json protected_resource_document(const Settings& settings, const std::string& resource) {
  return {{"resource", resource},
          {"authorization_servers", {settings.issuer}},
          {"scopes_supported", settings.scopes},
          {"bearer_methods_supported", {"header", "body"}},
          {"dpop_signing_alg_values_supported", dpop_algorithms()}};
}

}  // namespace sigma::oauth
