#include "sigma/oauth/error.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sigma::oauth {
namespace {

using enum ErrorCode;
constexpr std::string_view kOAuth = "RFC 6749", kOidc = "OpenID Connect Core §3.1.2.6", kBearer = "RFC 6750 §3.1",
                           kDevice = "RFC 8628 §3.5", kRegistration = "RFC 7591 §3.2.2", kPage = "Sigma contract §2",
                           kSession = "Sigma contract §6", kWallets = "Sigma contract §8";

constexpr ErrorTraits kTraits[] = {
    {invalid_request, "invalid_request", 400, true, kOAuth, "A parameter is missing, repeated or malformed."},
    {invalid_client, "invalid_client", 401, false, kOAuth, "The client is unknown or did not prove who it is."},
    {invalid_grant, "invalid_grant", 400, false, kOAuth,
     "The code or refresh token is wrong, used, expired, or another client's."},
    {unauthorized_client, "unauthorized_client", 400, true, kOAuth, "The client is not registered for this grant."},
    {unsupported_grant_type, "unsupported_grant_type", 400, false, kOAuth, "The server does not know this grant type."},
    {invalid_scope, "invalid_scope", 400, true, kOAuth, "A scope is unknown, not allowed, or more than was granted."},
    {access_denied, "access_denied", 403, true, kOAuth, "The person or the server said no."},
    {unsupported_response_type, "unsupported_response_type", 400, true, kOAuth, "Only response_type=code exists here."},
    {server_error, "server_error", 500, true, kOAuth,
     "Something broke on our side; the reference finds it in the log."},
    {temporarily_unavailable, "temporarily_unavailable", 503, true, kOAuth,
     "The server is overloaded or its database is away; try again."},
    {login_required, "login_required", 400, true, kOidc, "prompt=none, but nobody is signed in."},
    {interaction_required, "interaction_required", 400, true, kOidc, "prompt=none, but an identity has to be chosen."},
    {consent_required, "consent_required", 400, true, kOidc, "prompt=none, but consent is missing."},
    {request_not_supported, "request_not_supported", 400, true, kOidc, "Request objects are not supported."},
    {request_uri_not_supported, "request_uri_not_supported", 400, true, kOidc, "request_uri is not supported."},
    {invalid_request_uri, "invalid_request_uri", 400, true, "RFC 9126 §2.2",
     "The request_uri is unknown, used, expired, or another client's."},
    {unmet_authentication_requirements, "unmet_authentication_requirements", 400, true,
     "OpenID Connect Core Unmet Authentication Requirements 1.0",
     "The demanded way to authenticate does not exist here."},
    {invalid_target, "invalid_target", 400, true, "RFC 8707 §2", "A resource is unknown here or was not granted."},
    {invalid_dpop_proof, "invalid_dpop_proof", 400, false, "RFC 9449 §5",
     "The DPoP proof is missing or does not hold."},
    {use_dpop_nonce, "use_dpop_nonce", 400, false, "RFC 9449 §8",
     "The DPoP proof must carry the nonce of the DPoP-Nonce header."},
    {invalid_token, "invalid_token", 401, false, kBearer, "The access token is wrong, expired or revoked."},
    {insufficient_scope, "insufficient_scope", 403, false, kBearer, "The access token lacks a scope."},
    {authorization_pending, "authorization_pending", 400, false, kDevice,
     "The person has not answered yet; poll again after the interval."},
    {slow_down, "slow_down", 400, false, kDevice, "The device polls too fast; its interval is now 5 seconds longer."},
    {expired_token, "expired_token", 400, false, kDevice, "The device code has expired; ask for a new one."},
    {authorization_denied, "access_denied", 400, false, kDevice, "The person said no, or may not use this client."},
    {invalid_redirect_uri, "invalid_redirect_uri", 400, false, kRegistration,
     "A redirect URI cannot be registered; the description says why."},
    {invalid_client_metadata, "invalid_client_metadata", 400, false, kRegistration,
     "A member of the client's description cannot be used; the description says which."},
    {invalid_software_statement, "invalid_software_statement", 400, false, kRegistration,
     "Software statements are not accepted: no issuer of them is trusted here."},
    {client_disabled, "client_disabled", 400, false, kPage, "An administrator has switched this client off."},
    {invalid_redirect, "invalid_redirect", 400, false, kPage, "The redirect URI is not registered for this client."},
    {invalid_signature, "invalid_signature", 400, false, kPage,
     "What a page handed back (oauth_query, confirmation) was changed, is too old, or belongs to another session."},
    {no_auth_token_provided, "NO_AUTH_TOKEN_PROVIDED", 401, false, kSession, "The X-Auth-Token header is missing."},
    {invalid_auth_token_format, "INVALID_AUTH_TOKEN_FORMAT", 400, false, kSession,
     "The X-Auth-Token header is malformed."},
    {invalid_auth_token_signature, "INVALID_AUTH_TOKEN_SIGNATURE", 401, false, kSession,
     "The X-Auth-Token's proof does not hold; the message says which part."},
    {validation_error, "VALIDATION_ERROR", 400, false, kSession, "A member of the body has the wrong type or form."},
    {user_not_found, "USER_NOT_FOUND", 403, false, kSession,
     "Nobody has signed up with this key, and sign-in does not create users here."},
    {restore_profile_not_found, "RESTORE_PROFILE_NOT_FOUND", 403, false, kSession,
     "The named identity is unknown here; sign up first."},
    {bap_ownership_failed, "BAP_OWNERSHIP_FAILED", 403, false, kSession,
     "The signing key does not own the named identity."},
    {unauthorized, "UNAUTHORIZED", 401, false, kSession, "Sign in first."},
    {user_disabled, "USER_DISABLED", 403, false, kSession, "An administrator has switched this account off."},
    {not_a_member, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION", 403, false, kSession,
     "The identity belongs to somebody else."},
    {organization_not_found, "ORGANIZATION_NOT_FOUND", 400, false, kSession, "No identity is active in this session."},
    {not_found, "not_found", 404, false, kSession, "There is no such thing here."},
    {invalid_origin, "INVALID_ORIGIN", 403, false, kSession, "The Origin header names a site that is not trusted."},
    {missing_or_null_origin, "MISSING_OR_NULL_ORIGIN", 403, false, kSession,
     "A call with a cookie must carry an Origin header."},
    {invitations_not_supported, "INVITATIONS_NOT_SUPPORTED", 403, false, kSession,
     "An identity has exactly one owner; nobody can be invited."},
    {invalid_challenge, "INVALID_CHALLENGE", 401, false, kWallets,
     "What the wallet signed was not made for this account, was used, or is too old; the message says which."},
    {wallet_not_found, "WALLET_NOT_FOUND", 404, false, kWallets, "No such wallet is connected to this identity."},
    {wallet_connected_elsewhere, "WALLET_CONNECTED_ELSEWHERE", 409, false, kWallets,
     "Another account has connected this wallet; a signed challenge moves it."},
    {too_many_wallets, "TOO_MANY_WALLETS", 409, false, kWallets, "An account can have 20 wallets."},
    {indexer_not_configured, "INDEXER_NOT_CONFIGURED", 503, false, kWallets,
     "The operator has not set SIGMA_INDEXER_URL, so nobody can be asked what a wallet holds."},
    {too_many_requests, "too_many_requests", 429, false, "RFC 6585 §4",
     "Too many tries in a short time; Retry-After says when to go on."},
    {not_implemented, "NOT_IMPLEMENTED", 501, false, "Sigma contract §8b",
     "Nobody is known to call this, so it is not there."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kTraits); ++i) {
    if (static_cast<std::size_t>(kTraits[i].code) != i) return false;
  }
  return std::size(kTraits) == static_cast<std::size_t>(not_implemented) + 1;
}
static_assert(in_order(), "kTraits is indexed by ErrorCode");

// %x20-21 / %x23-5B / %x5D-7E; this also keeps a quoted string of WWW-Authenticate in one piece.
std::string with_allowed_characters(std::string_view text) {
  std::string allowed;
  allowed.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues_character = (byte & 0xC0) == 0x80;  // UTF-8: one question mark a character
    if (continues_character) continue;
    if (byte < 0x20) {
      allowed += ' ';
    } else if (byte > 0x7E) {
      allowed += '?';
    } else {
      allowed += c == '"' ? '\'' : c == '\\' ? '/' : c;
    }
  }
  return allowed;
}

}  // namespace

const ErrorTraits& traits(ErrorCode code) {
  return kTraits[static_cast<std::size_t>(code)];
}

std::span<const ErrorTraits> all_error_traits() {
  return kTraits;
}

Error::Error(ErrorCode code, std::string description, std::string cause)
    : code_(code),
      description_(with_allowed_characters(description)),
      cause_(core::Error(core::Code::invalid_input, {}, std::move(cause))) {}

Error::Error(core::Error cause) : cause_(std::move(cause)) {
  switch (cause_.code()) {
    case core::Code::unavailable:
    case core::Code::overloaded:
    case core::Code::deadline:
      code_ = temporarily_unavailable;
      description_ = "The server cannot answer right now; try again in a moment.";
      break;
    default:
      code_ = server_error;
      description_ = "Something went wrong on our side; it was logged with the request id.";
  }
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(fmt::format("value() of a failed oauth::Result at {}:{}: {}: {}", where.file_name(),
                                     where.line(), error.name(), error.description()));
}

}  // namespace sigma::oauth
