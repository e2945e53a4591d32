#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/authorize/claims_request.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// What the person has done on our pages since the application sent them (carried in the signed oauth_query).
struct Progress {
  core::UtcTime started_at;                     ///< a sign-in is "fresh" for this request when it is not older
  bool identity_selected = false;               ///< the selection page was completed
  std::optional<std::string> consent_identity;  ///< BAP id that the consent page speaks of
  std::optional<std::string> shown_scopes;      ///< what the pages say the application would get
  std::optional<std::string> request_uri;       ///< of a pushed request: spent when the code is made
};

/// How the answer travels to the application.
enum class ResponseMode {
  query,
  fragment,   ///< only for errors of response types that read them there
  form_post,  ///< OAuth 2.0 Form Post Response Mode
};

/// An authorization request under construction: the rules below fill it in order.
struct AuthorizationRequest {
  http::Form parameters;
  Progress progress;

  store::Client client;
  std::string redirect_uri;
  bool redirect_uri_was_sent = true;
  std::optional<std::string> state;  ///< empty is not absent: clients compare what comes back with what they sent
  Scopes scopes;
  std::set<std::string, std::less<>> prompt;
  std::optional<std::string> code_challenge;
  std::optional<std::string> nonce;
  std::optional<std::int64_t> max_age;         ///< seconds
  std::optional<std::string> wanted_identity;  ///< bapId
  ClaimsRequest claims;
  std::vector<std::string> resources;   ///< RFC 8707
  std::optional<std::string> dpop_jkt;  ///< RFC 9449 §10
  /// Only this person will do: `sub` of the id_token_hint or of the claims parameter, as this client knows them.
  std::optional<std::string> required_subject;
  ResponseMode response_mode = ResponseMode::query;
};

/// One rule of a standard: its name for docs and tests, its source, and the check itself.
struct AuthorizationRule {
  std::string_view name;
  std::string_view spec;
  Result<void> (*check)(AuthorizationRequest&, const Settings&);
};

/// Before the redirect URI is proven: failures are shown on a page of ours, never redirected.
const std::vector<AuthorizationRule>& page_rules();
/// After it is proven: failures go to the application.
const std::vector<AuthorizationRule>& redirect_rules();

/// Runs the rules in order up to the first that fails.
Result<void> check_rules(AuthorizationRequest& request, const std::vector<AuthorizationRule>& rules,
                         const Settings& settings);

/// Exact string match with a registered URI; for loopback IP literals of native clients the port is free
/// (RFC 8252 §7.3, RFC 9700 §2.1).
bool redirect_uri_matches(std::string_view registered, std::string_view sent, bool native_client);

}  // namespace sigma::oauth
