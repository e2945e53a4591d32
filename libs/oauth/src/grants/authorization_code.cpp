#include "sigma/oauth/grants/authorization_code.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/oauth/identities/follow_profile.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/tokens/resources.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

Error bad_grant(std::string description) {
  return {ErrorCode::invalid_grant, std::move(description)};
}

bool is_verifier_text(std::string_view verifier) {  // RFC 7636 §4.1
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
  };
  return verifier.size() >= 43 && verifier.size() <= 128 && std::all_of(verifier.begin(), verifier.end(), allowed);
}

Error used_before() {
  return bad_grant("The code was used before. The tokens issued for it were revoked; start the sign-in again.");
}

// Of a code that nobody has used.
Error withdrawn() {
  return bad_grant(
      "The access was withdrawn, or the session behind this code has ended, before the code was used; start the "
      "sign-in again.");
}

}  // namespace

Result<void> check_code_verifier(const std::optional<std::string>& code_challenge,
                                 std::optional<std::string_view> code_verifier, bool public_client) {
  if (!code_challenge) {
    if (code_verifier)
      return bad_grant("A code_verifier was sent, but the authorization request had no code_challenge.");
    if (public_client)
      return bad_grant("A public client must use PKCE: send code_challenge with the authorization request.");
    return {};
  }
  if (!code_verifier) return bad_grant("code_verifier is missing; the authorization request had a code_challenge.");
  if (!is_verifier_text(*code_verifier))
    return bad_grant("code_verifier must be 43 to 128 letters, digits or -._~ (RFC 7636, section 4.1).");
  const std::string computed = core::base64url_encode(crypto::view(crypto::sha256(*code_verifier)));
  if (!crypto::constant_time_equal(computed, *code_challenge))
    return bad_grant("code_verifier does not match the code_challenge.");
  return {};
}

Result<Issue> AuthorizationCodeGrant::prepare(TokenRequest request, store::CodeContext found) const {
  const store::AuthorizationCode& code = found.code;
  // One sentence for a foreign and an expired code: neither tells whether the other is true.
  if (code.client_id != request.client.id || code.expires_at <= clock_.now())
    return bad_grant("The code has expired or was issued to another client; start the sign-in again.");
  const http::Form& form = request.form;
  const auto redirect_uri = form.find_nonempty("redirect_uri");
  if (redirect_uri ? *redirect_uri != code.redirect_uri : code.redirect_uri_was_sent)
    return bad_grant("redirect_uri must be the same as in the authorization request.");
  SIGMA_CHECK(check_code_verifier(code.code_challenge, form.find_nonempty("code_verifier"),
                                  request.client.auth_method == "none"));
  if (code.dpop_jkt && code.dpop_jkt != request.dpop_jkt)
    return bad_grant("The code was bound to a DPoP key (dpop_jkt); send a DPoP proof made with that key.");
  // The parameter scope is no part of RFC 6749 §4.1.3, but who sends it may get less than was granted, never more.
  SIGMA_TRY(Scopes scopes, narrowed_scopes(form, code.scopes));
  SIGMA_TRY(auto resources, narrowed_resources(form, code.resources, settings_.resources));
  if (!found.user || found.user->disabled) return bad_grant("The session behind this code has ended; sign in again.");

  Issue issue;
  issue.client = std::move(request.client);
  issue.subject = Subject{std::move(*found.user), std::move(found.profile)};
  issue.grant_id = code.grant_id;
  issue.session_id = code.session_id;
  issue.bap_id = code.bap_id;
  issue.scopes = std::move(scopes);
  issue.granted_scopes = code.scopes;
  issue.nonce = code.nonce;
  issue.auth_time = code.auth_time;
  issue.granted_resources = code.resources.empty() ? resources : code.resources;
  issue.resources = std::move(resources);
  issue.dpop_jkt = std::move(request.dpop_jkt);
  if (!code.claims.is_null()) issue.details["claims"] = code.claims;
  return issue;
}

core::Task<Result<core::Json>> AuthorizationCodeGrant::exchange(TokenRequest request) {
  const auto secret = request.form.find_nonempty("code");
  if (!secret) co_return Error{ErrorCode::invalid_request, "code is missing."};
  const store::SecretHash hash = hash_secret(*secret);
  const LiveTokens::Moment begun = live_tokens_.begin();
  SIGMA_CO_TRY(auto found, co_await store_.exchanges.find_code(hash, clock_.now()));
  if (!found) co_return bad_grant("The code is unknown; codes are good for a few minutes and once.");
  const store::GrantId grant_id = found->code.grant_id;
  const store::UserId user_id = found->code.user_id;
  AuditEvent* const audit = request.audit;
  if (found->code.consumed_at) {
    note_reuse(audit, grant_id, user_id);
    SIGMA_CO_CHECK(co_await store_.tokens.revoke_grant(grant_id, clock_.now()));
    co_return used_before();
  }
  if (found->code.revoked_at) co_return withdrawn();
  auto issue = prepare(std::move(request), std::move(*found));
  if (!issue) {
    // A code that met a wrong verifier or redirect URI may be in the wrong hands: it is spent. An outage spends
    // nothing.
    if (!issue.error().is_outage()) SIGMA_CO_CHECK(co_await store_.tokens.consume_code(hash, clock_.now()));
    co_return issue.error();
  }
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint(*issue));
  note_token(audit, minted.rows.access);
  std::optional<LiveToken> live;
  if (live_tokens_.remembers())
    live = LiveToken{minted.rows.access, std::move(issue->client), issue->subject->user, issue->subject->profile};
  SIGMA_CO_TRY(const store::Consumed outcome,
               co_await store_.tokens.redeem_code(hash, clock_.now(), std::move(minted.rows)));
  if (outcome != store::Consumed::done) {
    // Used by somebody else, or withdrawn, since it was read.
    SIGMA_CO_TRY(const auto lost, co_await store_.tokens.find_code(hash));
    if (!lost || !lost->consumed_at) co_return withdrawn();
    note_reuse(audit, grant_id, user_id);
    SIGMA_CO_CHECK(co_await store_.tokens.revoke_grant(grant_id, clock_.now()));
    co_return used_before();
  }
  if (live) live_tokens_.issued(std::move(*live), begun);
  if (auto followed = co_await follow_profile(store_.users, std::move(*issue->subject), clock_.now()); !followed)
    core::log::error("profile_not_followed", followed.error().cause());
  co_return std::move(minted.answer);
}

}  // namespace sigma::oauth
