#include "sigma/oauth/authorize/authorizer.hpp"

#include "sigma/core/uuid.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

// Signed in, and recently enough for what the request asks.
bool is_login_needed(const AuthorizationRequest& request, const MaybeSession& session, core::UtcTime now) {
  if (!session) return true;
  const core::UtcTime auth_time = session->session.auth_time;
  if (auth_time >= request.progress.started_at) return false;  // signed in for this very request
  if (request.prompt.contains("login") || request.prompt.contains("create")) return true;
  return request.max_age && now - auth_time > std::chrono::seconds{*request.max_age};
}

}  // namespace

std::string GoToClient::url() const {
  const bool has_query = redirect_uri.find('?') != std::string::npos;
  const char separator = mode == ResponseMode::fragment ? '#' : has_query ? '&' : '?';
  return redirect_uri + separator + answer.encode();
}

core::Task<Result<AuthorizationOutcome>> Authorizer::authorize(http::Form parameters, MaybeSession session) {
  Progress fresh;
  fresh.started_at =
      clock_.now() + core::Milliseconds{1};  // a sign-in in this very millisecond was not for this request
  co_return co_await decide(Handover::strip(parameters), fresh, std::move(session), std::nullopt);
}

core::Task<Result<AuthorizationOutcome>> Authorizer::proceed(std::string oauth_query, bool identity_selected,
                                                             MaybeSession session) {
  SIGMA_CO_TRY(Handover::Opened opened, handover_.open(oauth_query));
  opened.progress.identity_selected |= identity_selected;
  co_return co_await decide(std::move(opened.parameters), opened.progress, std::move(session), std::nullopt);
}

core::Task<Result<AuthorizationOutcome>> Authorizer::answer_consent(std::string oauth_query, ConsentAnswer answer,
                                                                    MaybeSession session) {
  if (!session) co_return Error{ErrorCode::unauthorized, "You are not signed in any more; sign in and try again."};
  SIGMA_CO_TRY(Handover::Opened opened, handover_.open(oauth_query));
  co_return co_await decide(std::move(opened.parameters), opened.progress, std::move(session), std::move(answer));
}

core::Task<Result<AuthorizationOutcome>> Authorizer::decide(http::Form parameters, Progress progress,
                                                            MaybeSession session, std::optional<ConsentAnswer> answer) {
  AuthorizationRequest request;
  request.parameters = std::move(parameters);
  request.progress = progress;
  if (const auto client_id = request.parameters.find_nonempty("client_id")) {
    SIGMA_CO_TRY(auto client, co_await clients_.find(store::ClientId{std::string(*client_id)}));
    if (client) request.client = std::move(*client);
  }
  for (const auto& rule : page_rules()) {
    if (auto checked = rule.check(request, settings_); !checked)
      co_return AuthorizationOutcome{ShowError{checked.error()}};
  }
  for (const auto& rule : redirect_rules()) {
    if (auto checked = rule.check(request, settings_); !checked) co_return refuse(request, checked.error());
  }
  co_return co_await decide_interaction(std::move(request), std::move(session), std::move(answer));
}

core::Task<Result<AuthorizationOutcome>> Authorizer::decide_interaction(AuthorizationRequest request,
                                                                        MaybeSession session,
                                                                        std::optional<ConsentAnswer> answer) {
  const bool silent = request.prompt.contains("none");
  if (is_login_needed(request, session, clock_.now())) {
    if (silent) co_return refuse(request, {ErrorCode::login_required, "The person has to sign in first."});
    co_return to_page(request, "/login");
  }
  if (request.prompt.contains("select_account") && !request.progress.identity_selected)
    co_return to_page(request, "/select-identity");

  SIGMA_CO_TRY(auto bap_id, co_await identity_for(request, *session));
  if (!bap_id) {
    if (silent) co_return refuse(request, {ErrorCode::interaction_required, "The person has to choose an identity."});
    co_return to_page(request, "/select-identity");
  }

  // An answer counts for the identity that the page spoke of: another tab may have chosen another one since.
  const bool consent_shown = std::exchange(request.progress.consent_identity, bap_id->str()) == bap_id->str();
  if (answer && answer->accept && !consent_shown) co_return to_page(request, "/consent");
  if (answer && !answer->accept) co_return refuse(request, {ErrorCode::access_denied, "The person declined."});
  if (answer) {
    if (answer->scope) {
      SIGMA_CO_TRY(Scopes chosen, parse_scopes(*answer->scope));
      if (!covers(request.scopes, chosen) || chosen.empty()) {
        co_return Error{ErrorCode::invalid_scope, "The consented scope must be a part of the requested one."};
      }
      request.scopes = std::move(chosen);
    }
    const core::UtcTime now = clock_.now();
    SIGMA_CO_CHECK(co_await clients_.keep(request.client));
    SIGMA_CO_CHECK(
        co_await store_.consents.remember({session->user.id, request.client.id, bap_id, request.scopes, now, now}));
  } else {
    SIGMA_CO_TRY(const bool consented, co_await has_consent(request, session->user.id, bap_id));
    if (!consented) {
      if (silent)
        co_return refuse(request, {ErrorCode::consent_required, "The person has not agreed to this access yet."});
      co_return to_page(request, "/consent");
    }
  }
  co_return co_await issue_code(std::move(request), std::move(*session), std::move(bap_id));
}

// The identity the application asked for, if it is the person's; else the session's current one. A wish for somebody
// else's identity leads to the selection page once, which explains it.
core::Task<Result<std::optional<store::BapId>>> Authorizer::identity_for(const AuthorizationRequest& request,
                                                                         const store::SessionWithUser& session) {
  if (request.wanted_identity && !request.progress.identity_selected) {
    store::BapId wanted{*request.wanted_identity};
    SIGMA_CO_TRY(const auto profile, co_await store_.users.find_profile(wanted));
    if (!profile || profile->user_id != session.user.id) co_return std::optional<store::BapId>{};
    co_return std::optional{std::move(wanted)};
  }
  co_return session.session.active_bap_id;
}

core::Task<Result<bool>> Authorizer::has_consent(const AuthorizationRequest& request, const store::UserId& user,
                                                 std::optional<store::BapId> bap_id) {
  if (request.prompt.contains("consent")) co_return false;
  if (request.client.skip_consent) co_return true;
  SIGMA_CO_TRY(const auto consent, co_await store_.consents.find(user, request.client.id, std::move(bap_id)));
  co_return consent&& covers(consent->scopes, request.scopes);
}

core::Task<Result<AuthorizationOutcome>> Authorizer::issue_code(AuthorizationRequest request,
                                                                store::SessionWithUser session,
                                                                std::optional<store::BapId> bap_id) {
  const std::string secret = make_bearer_secret(random_);
  store::AuthorizationCode code;
  code.hash = hash_secret(secret);
  code.grant_id = store::GrantId{core::uuid_v7(clock_, random_)};
  code.client_id = request.client.id;
  code.user_id = session.user.id;
  code.session_id = session.session.id;
  code.bap_id = std::move(bap_id);
  code.redirect_uri = request.redirect_uri;
  code.redirect_uri_was_sent = request.redirect_uri_was_sent;
  code.code_challenge = request.code_challenge;
  code.scopes = request.scopes;
  code.nonce = request.nonce;
  code.auth_time = session.session.auth_time;
  code.created_at = clock_.now();
  code.expires_at = code.created_at + settings_.code_lifetime;
  SIGMA_CO_CHECK(co_await store_.tokens.create_code(std::move(code)));
  http::Form answer;
  answer.add("code", secret);
  co_return to_client(request, std::move(answer));
}

AuthorizationOutcome Authorizer::to_page(const AuthorizationRequest& request, std::string path) const {
  return GoToPage{std::move(path), handover_.sign(request.parameters, request.progress)};
}

AuthorizationOutcome Authorizer::to_client(const AuthorizationRequest& request, http::Form answer) const {
  if (!request.state.empty()) answer.add("state", request.state);
  answer.add("iss", settings_.issuer);  // RFC 9207
  return GoToClient{request.redirect_uri, std::move(answer), request.response_mode};
}

AuthorizationOutcome Authorizer::refuse(const AuthorizationRequest& request, const Error& error) const {
  if (!traits(error.code()).redirectable) return ShowError{error};
  http::Form answer;
  answer.add("error", std::string(error.name()));
  answer.add("error_description", error.description());
  return to_client(request, std::move(answer));
}

}  // namespace sigma::oauth
