#include "sigma/oauth/authorize/authorizer.hpp"

#include "sigma/core/uuid.hpp"
#include "sigma/oauth/tokens/id_token_hint.hpp"
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

// What the person is asked to agree to: the scopes, and those that would release the claims asked for by name.
Scopes asked_scopes(const AuthorizationRequest& request) {
  Scopes scopes = request.scopes;
  for (const std::string& scope : request.claims.scopes) {
    if (!has_scope(scopes, scope)) scopes.push_back(scope);
  }
  return scopes;
}

// Pages and their addresses only learn of a pushed request what they show; the rest stays here.
http::Form page_parameters(const AuthorizationRequest& request) {
  if (!request.progress.request_uri) return request.parameters;
  http::Form form;
  for (const std::string_view name :
       {"client_id", "redirect_uri", "scope", "prompt", "bapId", "bap_id", "login_hint", "ui_locales"}) {
    if (const auto value = request.parameters.find_nonempty(name)) form.add(std::string(name), std::string(*value));
  }
  form.add("request_uri", *request.progress.request_uri);
  return form;
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

core::Task<Result<void>> Authorizer::open_pushed(AuthorizationRequest& request) {
  const auto request_uri = request.parameters.find_nonempty("request_uri");
  if (!request_uri || !request_uri->starts_with(kPushedRequestPrefix)) co_return Result<void>{};
  request.progress.request_uri = std::string(*request_uri);
  SIGMA_CO_TRY(request.parameters, co_await pushed_.open(*request.progress.request_uri, request.client.id.str(),
                                                         request.progress.started_at));
  co_return Result<void>{};
}

// An ID token of ours that this client sends along: only the person it speaks of will do.
Result<void> Authorizer::read_hint(AuthorizationRequest& request) const {
  const auto hint = request.parameters.find_nonempty("id_token_hint");
  if (!hint) return {};
  SIGMA_TRY(const IdTokenHint token, verify_id_token_hint(*hint, *keys_.current(), settings_.issuer, clock_.now()));
  if (token.client_id != request.client.id)
    return Error{ErrorCode::invalid_request, "id_token_hint was issued to another client; send one of your own."};
  if (request.required_subject && request.required_subject != token.sub)
    return Error{ErrorCode::invalid_request, "id_token_hint and the sub of claims name two different people."};
  request.required_subject = token.sub;
  return {};
}

bool Authorizer::is_somebody_else(const AuthorizationRequest& request, const store::SessionWithUser& session) const {
  return request.required_subject && subjects_.for_client(request.client, session.user.id) != request.required_subject;
}

core::Task<Result<AuthorizationOutcome>> Authorizer::decide(http::Form parameters, Progress progress,
                                                            MaybeSession session, std::optional<ConsentAnswer> answer) {
  AuthorizationRequest request;
  request.parameters = std::move(parameters);
  request.progress = std::move(progress);
  if (const auto client_id = request.parameters.find_nonempty("client_id")) {
    SIGMA_CO_TRY(auto client, co_await clients_.find(store::ClientId{std::string(*client_id)}));
    if (client) request.client = std::move(*client);
  }
  if (auto opened = co_await open_pushed(request); !opened) {
    if (opened.error().is_outage()) co_return opened.error();
    co_return AuthorizationOutcome{ShowError{opened.error()}};
  }
  if (auto checked = check_rules(request, page_rules(), settings_); !checked)
    co_return AuthorizationOutcome{ShowError{checked.error()}};
  if (auto checked = check_rules(request, redirect_rules(), settings_); !checked)
    co_return refuse(request, checked.error());
  const bool must_push = settings_.require_pushed_requests ||
                         request.client.metadata.value("require_pushed_authorization_requests", false);
  if (must_push && !request.progress.request_uri) {
    co_return refuse(request, {ErrorCode::invalid_request,
                               "This client must push its authorization requests (RFC 9126); send request_uri."});
  }
  if (auto read = read_hint(request); !read) co_return refuse(request, read.error());
  co_return co_await decide_interaction(std::move(request), std::move(session), std::move(answer));
}

core::Task<Result<AuthorizationOutcome>> Authorizer::decide_interaction(AuthorizationRequest request,
                                                                        MaybeSession session,
                                                                        std::optional<ConsentAnswer> answer) {
  const bool silent = request.prompt.contains("none");
  const bool login_needed = is_login_needed(request, session, clock_.now());
  if (silent && login_needed)
    co_return refuse(request, {ErrorCode::login_required, "The person has to sign in first."});
  if (silent) co_return co_await decide_silently(std::move(request), std::move(*session));
  const bool somebody_else = session && is_somebody_else(request, *session);
  if (somebody_else || login_needed) {
    if (somebody_else && session->session.auth_time >= request.progress.started_at) {
      co_return refuse(request, {ErrorCode::login_required,
                                 "The person signed in as somebody else than the one the application asked for."});
    }
    co_return to_page(request, "/login");
  }
  if (request.prompt.contains("select_account") && !request.progress.identity_selected)
    co_return to_page(request, "/select-identity");

  SIGMA_CO_TRY(auto bap_id, co_await identity_for(request, *session));
  if (!bap_id) co_return to_page(request, "/select-identity");

  // An answer counts for what the page spoke of: another tab may have chosen another identity since, an administrator
  // may have given the client other scopes.
  const bool consent_shown = request.progress.consent_identity == bap_id->str() &&
                             request.progress.shown_scopes == join_scopes(asked_scopes(request));
  request.progress.consent_identity = bap_id->str();
  if (answer && answer->accept && !consent_shown) co_return to_page(request, "/consent");
  if (answer && !answer->accept) co_return refuse(request, {ErrorCode::access_denied, "The person declined."});
  if (answer) {
    Scopes declined;
    if (answer->scope) {
      SIGMA_CO_TRY(const Scopes chosen, parse_scopes(*answer->scope));
      declined = asked_scopes(request);
      if (!covers(declined, chosen) || chosen.empty()) {
        co_return Error{ErrorCode::invalid_scope, "The consented scope must be a part of the requested one."};
      }
      std::erase_if(declined, [&](const std::string& scope) { return has_scope(chosen, scope); });
      request.claims.keep_only(chosen);
      std::erase_if(request.scopes, [&](const std::string& scope) { return !has_scope(chosen, scope); });
    }
    const core::UtcTime now = clock_.now();
    SIGMA_CO_CHECK(co_await clients_.keep(request.client));
    SIGMA_CO_CHECK(co_await remember({session->user.id, request.client.id, bap_id, asked_scopes(request), now, now},
                                     std::move(declined)));
    co_return co_await issue_code(std::move(request), std::move(*session), std::move(bap_id), Consent::remembered);
  }
  SIGMA_CO_TRY(const Consent consent, co_await consent_of(request, session->user.id, bap_id));
  if (consent == Consent::missing) co_return consent_missing(request);
  co_return co_await issue_code(std::move(request), std::move(*session), std::move(bap_id), consent);
}

// An application can ask silently whenever a page of its is open, and would learn by the answers whose browser it is:
// before the person has agreed, the answer is the same whether the identity and the subject it names are theirs or not.
core::Task<Result<AuthorizationOutcome>> Authorizer::decide_silently(AuthorizationRequest request,
                                                                     store::SessionWithUser session) {
  SIGMA_CO_TRY(auto bap_id, co_await identity_for(request, session));
  const Error choice_needed{ErrorCode::interaction_required, "The person has to choose an identity."};
  const auto concerned = request.wanted_identity ? store::BapId{*request.wanted_identity} : bap_id;
  if (!concerned) co_return refuse(request, choice_needed);
  SIGMA_CO_TRY(const Consent consent, co_await consent_of(request, session.user.id, concerned));
  if (consent == Consent::missing) co_return consent_missing(request);
  if (!bap_id) co_return refuse(request, choice_needed);
  if (is_somebody_else(request, session))
    co_return refuse(request, {ErrorCode::login_required, "Somebody else is signed in than the one asked for."});
  co_return co_await issue_code(std::move(request), std::move(session), std::move(bap_id), consent);
}

core::Task<Result<void>> Authorizer::remember(store::Consent consent, Scopes declined) {
  if (declined.empty()) {
    SIGMA_CO_CHECK(co_await store_.consents.remember(std::move(consent)));
  } else {
    SIGMA_CO_CHECK(co_await store_.consents.remember_part(std::move(consent), std::move(declined), scopes_of_claims));
  }
  co_return Result<void>{};
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

core::Task<Result<Authorizer::Consent>> Authorizer::consent_of(const AuthorizationRequest& request,
                                                               const store::UserId& user,
                                                               std::optional<store::BapId> bap_id) {
  if (request.prompt.contains("consent")) co_return Consent::missing;
  // Nobody but a domain name vouches for such a client: each time the person decides (security case 61).
  if (is_document_client(request.client)) co_return Consent::missing;
  if (request.client.skip_consent) co_return Consent::not_needed;
  SIGMA_CO_TRY(const auto consent, co_await store_.consents.find(user, request.client.id, std::move(bap_id)));
  const bool covered = consent && covers(consent->scopes, asked_scopes(request));
  co_return covered ? Consent::remembered : Consent::missing;
}

AuthorizationOutcome Authorizer::consent_missing(const AuthorizationRequest& request) const {
  if (!request.prompt.contains("none")) return to_page(request, "/consent");
  return refuse(request, {ErrorCode::consent_required, "The person has not agreed to this access yet."});
}

core::Task<Result<AuthorizationOutcome>> Authorizer::issue_code(AuthorizationRequest request,
                                                                store::SessionWithUser session,
                                                                std::optional<store::BapId> bap_id, Consent consent) {
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
  code.claims = request.claims.names;
  code.resources = request.resources;
  code.dpop_jkt = request.dpop_jkt;
  code.auth_time = session.session.auth_time;
  code.created_at = clock_.now();
  code.expires_at = code.created_at + settings_.code_lifetime;
  if (consent == Consent::remembered) {
    SIGMA_CO_TRY(const bool created,
                 co_await store_.tokens.create_consented_code(std::move(code), asked_scopes(request)));
    if (!created) co_return consent_missing(request);
  } else {
    SIGMA_CO_CHECK(co_await store_.tokens.create_code(std::move(code)));
  }
  // Spent last, so that who has to go by the consent page once more can. A code that is told to nobody expires.
  if (request.progress.request_uri) {
    if (auto spent = co_await pushed_.consume(*request.progress.request_uri); !spent) {
      if (spent.error().is_outage()) co_return spent.error();
      co_return AuthorizationOutcome{ShowError{spent.error()}};
    }
  }
  http::Form answer;
  answer.add("code", secret);
  co_return to_client(request, std::move(answer));
}

AuthorizationOutcome Authorizer::to_page(const AuthorizationRequest& request, std::string path) const {
  Progress progress = request.progress;
  progress.shown_scopes = join_scopes(asked_scopes(request));
  return GoToPage{std::move(path), handover_.sign(page_parameters(request), progress)};
}

AuthorizationOutcome Authorizer::to_client(const AuthorizationRequest& request, http::Form answer) const {
  if (request.state) answer.add("state", *request.state);
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
