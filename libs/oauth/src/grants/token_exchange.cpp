#include "sigma/oauth/grants/token_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/tokens/resources.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr int kMaxActors = 4;

// RFC 8693 §2.2.2: whatever is wrong with a token that was handed in is invalid_request.
Error refused(std::string description) {
  return {ErrorCode::invalid_request, std::move(description)};
}

bool is_access_token_type(std::string_view type) {
  return type == kAccessTokenType || type == kJwtTokenType;
}

const core::Json* member(const core::Json& details, const char* name) {
  const auto found = details.is_object() ? details.find(name) : details.end();
  return found == details.end() ? nullptr : &*found;
}

int actors_in(const core::Json* act) {
  int count = 0;
  for (; act; act = member(*act, "act")) ++count;
  return count;
}

bool may_exchange(const store::Client& client, const store::AccessToken& token) {
  if (token.client_id == client.id || is_audience(client, token.audience)) return true;
  const core::Json* may_act = member(token.details, "may_act");
  return may_act && core::json_string(*may_act, "client_id") == client.id.str();
}

}  // namespace

bool is_audience(const store::Client& client, const std::vector<std::string>& audience) {
  const auto named = [&](const std::string& name) {
    return std::find(audience.begin(), audience.end(), name) != audience.end();
  };
  if (named(client.id.str())) return true;
  const core::Json* served = member(client.metadata, "resources");
  return served && std::any_of(served->begin(), served->end(),
                               [&](const core::Json& resource) { return named(resource.get<std::string>()); });
}

Result<void> TokenExchangeGrant::check_parameters(const http::Form& form) const {
  if (!form.find_nonempty("subject_token")) return refused("subject_token is missing.");
  if (!is_access_token_type(form.find_nonempty("subject_token_type").value_or("")))
    return refused(fmt::format("subject_token_type must be {}.", kAccessTokenType));
  if (form.find_nonempty("actor_token") && !is_access_token_type(form.find_nonempty("actor_token_type").value_or("")))
    return refused(fmt::format("actor_token_type must be {}.", kAccessTokenType));
  if (!form.find_nonempty("actor_token") && form.find_nonempty("actor_token_type"))
    return refused("actor_token_type was sent without actor_token.");
  const auto wanted = form.find_nonempty("requested_token_type");
  if (wanted && !is_access_token_type(*wanted))
    return refused(fmt::format("requested_token_type must be {}, or left out.", kAccessTokenType));
  return {};
}

core::Task<Result<TokenExchangeGrant::Live>> TokenExchangeGrant::find(std::string secret, std::string_view name) {
  Error dead = refused(fmt::format("{} is unknown, expired or revoked; send a live access token.", name));
  SIGMA_CO_TRY(auto live, co_await tokens_.find(hash_secret(secret)));
  if (!live) co_return dead;
  co_return live;
}

// Who acts (RFC 8693 §4.1): the bearer of actor_token, which must be the caller's own, else the caller itself. Nobody
// when the client the token was issued to only trims it.
core::Task<Result<core::Json>> TokenExchangeGrant::actor_of(const TokenRequest& request, Live from) {
  const core::Json* before = member(from->token.details, "act");
  core::Json actor;
  if (const auto actor_token = request.form.find_nonempty("actor_token")) {
    SIGMA_CO_TRY(const Live live, co_await find(std::string(*actor_token), "actor_token"));
    if (live->token.client_id != request.client.id)
      co_return refused("actor_token was issued to another client; send one of your own.");
    if (const auto key = bound_key(live->token.details); key && key != request.dpop_jkt)
      co_return refused("actor_token is bound to a key; send a DPoP proof made with that key.");
    actor = {{"client_id", live->client.id.str()}};
    actor["sub"] =
        live->token.user_id ? subjects_.for_client(live->client, *live->token.user_id) : live->client.id.str();
  } else if (request.client.id != from->token.client_id) {
    actor = {{"client_id", request.client.id.str()}, {"sub", request.client.id.str()}};
  } else {
    co_return before ? *before : core::Json();
  }
  if (before) actor["act"] = *before;
  if (actors_in(&actor) > kMaxActors)
    co_return refused(fmt::format("The token went through {} hands already; start from a fresh one.", kMaxActors));
  co_return actor;
}

core::Task<Result<core::Json>> TokenExchangeGrant::exchange(TokenRequest request) {
  AuditEvent* const audit = request.audit;
  if (request.client.auth_method == "none") {
    co_return Error{ErrorCode::unauthorized_client,
                    "A public client cannot exchange tokens: it has nothing to prove itself with."};
  }
  SIGMA_CO_TRY(const Live from,
               co_await find(std::string(*request.form.find_nonempty("subject_token")), "subject_token"));
  if (!may_exchange(request.client, from->token))
    co_return refused(
        "subject_token was neither issued to this client, nor meant for it, nor may it act for its owner.");
  const auto key = bound_key(from->token.details);
  if (key && from->token.client_id == request.client.id && key != request.dpop_jkt)
    co_return refused("subject_token is bound to a key; send a DPoP proof made with that key.");

  Issue issue;
  Scopes available = from->token.scopes;
  std::erase(available, "offline_access");
  std::erase_if(available, [&](const std::string& scope) {
    return !request.client.scopes.empty() && !has_scope(request.client.scopes, scope);
  });
  SIGMA_CO_TRY(issue.scopes, parse_scopes(request.form.find_nonempty("scope").value_or("")));
  if (issue.scopes.empty()) issue.scopes = available;
  if (!covers(available, issue.scopes)) {
    co_return Error{ErrorCode::invalid_scope,
                    "An exchange gives only scopes that subject_token has and that this client may use."};
  }
  SIGMA_CO_TRY(issue.resources, requested_resources(request.form, settings_.resources, kResourceOrAudience));
  if (issue.resources.empty() && request.form.find_nonempty("requested_token_type") == kJwtTokenType)
    co_return Error{ErrorCode::invalid_target,
                    "A JWT is made for a resource; name it with the parameter resource or audience."};
  SIGMA_CO_TRY(core::Json actor, co_await actor_of(request, from));
  if (!actor.is_null()) issue.details["act"] = std::move(actor);
  issue.client = std::move(request.client);
  const bool as_jwt = is_jwt_wanted(issue);
  if (from->user) issue.subject = Subject{*from->user, std::nullopt};
  issue.grant_id = from->token.grant_id;
  issue.session_id = from->token.session_id;
  issue.bap_id = from->token.bap_id;
  issue.auth_time = from->token.auth_time;
  issue.expires_by = from->token.expires_at;
  issue.dpop_jkt = std::move(request.dpop_jkt);
  SIGMA_CO_TRY(Minted minted, co_await issuer_.mint_access_token(issue));
  note_token(audit, minted.rows.access);
  SIGMA_CO_CHECK(co_await store_.create_access(std::move(minted.rows.access)));
  minted.answer["issued_token_type"] = as_jwt ? kJwtTokenType : kAccessTokenType;
  co_return std::move(minted.answer);
}

}  // namespace sigma::oauth
