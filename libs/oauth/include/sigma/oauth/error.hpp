// OAuth's and the session API's errors as values. One table holds, for each code, its wire name, HTTP status, whether
// it may be sent to a redirect URI, and its source; docs/reference/errors.md is generated from it.
#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::oauth {

enum class ErrorCode {
  // RFC 6749 §4.1.2.1, §5.2
  invalid_request,
  invalid_client,
  invalid_grant,
  unauthorized_client,
  unsupported_grant_type,
  invalid_scope,
  access_denied,
  unsupported_response_type,
  server_error,
  temporarily_unavailable,
  // OpenID Connect Core §3.1.2.6
  login_required,
  interaction_required,
  consent_required,
  request_not_supported,
  request_uri_not_supported,
  invalid_request_uri,
  unmet_authentication_requirements,
  // RFC 8707 §2
  invalid_target,
  // RFC 9449 §5, §8
  invalid_dpop_proof,
  use_dpop_nonce,
  // RFC 6750 §3.1
  invalid_token,
  insufficient_scope,
  // RFC 8628 §3.5
  authorization_pending,
  slow_down,
  expired_token,
  authorization_denied,
  // RFC 7591 §3.2.2
  invalid_redirect_uri,
  invalid_client_metadata,
  invalid_software_statement,
  // Ours, before the redirect URI is proven: shown on a page, never redirected
  client_disabled,
  invalid_redirect,
  // Page hand-over (contract §2)
  invalid_signature,
  // Session API (contract §6): rendered as {"message","code"}
  no_auth_token_provided,
  invalid_auth_token_format,
  invalid_auth_token_signature,
  validation_error,
  user_not_found,
  restore_profile_not_found,
  bap_ownership_failed,
  unauthorized,
  user_disabled,
  not_a_member,
  organization_not_found,
  not_found,
  invalid_origin,
  missing_or_null_origin,
  invitations_not_supported,
  // Wallets (contract §8)
  invalid_challenge,
  wallet_not_found,
  wallet_connected_elsewhere,
  too_many_wallets,
  indexer_not_configured,
  // Everywhere
  too_many_requests,
  not_implemented,
};

struct ErrorTraits {
  ErrorCode code;
  std::string_view name;  ///< on the wire
  int status;             ///< HTTP
  bool redirectable;      ///< may go to a proven redirect URI
  std::string_view spec;
  std::string_view meaning;  ///< one sentence for the reference
};

const ErrorTraits& traits(ErrorCode code);
std::span<const ErrorTraits> all_error_traits();

/// `description` is public and says how to fix it; `cause` only reaches the log. A description may quote what the
/// caller sent: characters that RFC 6749 §4.1.2.1 does not allow there are replaced.
class Error {
 public:
  Error() = default;
  Error(ErrorCode code, std::string description, std::string cause = {});
  /// An outage or bug below the domain: temporarily_unavailable (503) or server_error (500).
  Error(core::Error cause);  // NOLINT(google-explicit-constructor): lets SIGMA_CO_TRY lift store errors

  ErrorCode code() const { return code_; }
  const std::string& description() const { return description_; }
  const core::Error& cause() const { return cause_; }
  std::string_view name() const { return traits(code_).name; }
  int status() const { return traits(code_).status; }
  /// How long to wait before another try, when that is known: Retry-After (RFC 9110 §10.2.3).
  const std::optional<std::chrono::seconds>& retry_after() const { return retry_after_; }
  Error&& with_retry_after(std::chrono::seconds wait) && {
    retry_after_ = wait;
    return std::move(*this);
  }
  /// True for what is our fault: to be logged as an error.
  bool is_outage() const { return code_ == ErrorCode::server_error || code_ == ErrorCode::temporarily_unavailable; }

 private:
  ErrorCode code_ = ErrorCode::server_error;
  std::string description_;
  core::Error cause_;
  std::optional<std::chrono::seconds> retry_after_;
};

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace sigma::oauth
