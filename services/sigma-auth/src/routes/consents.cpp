#include "routes/handlers.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"

namespace sigma::service {
namespace {

using core::Json;

// One string names a consent: client and identity. Neither part holds a blank.
std::string consent_id(const store::Consent& consent) {
  return consent.client_id.str() + ' ' + (consent.bap_id ? consent.bap_id->str() : "");
}

Json consent_json(const store::Consent& consent) {
  return {{"id", consent_id(consent)},
          {"clientId", consent.client_id.str()},
          {"userId", consent.user_id.str()},
          {"referenceId", consent.bap_id ? Json(consent.bap_id->str()) : Json(nullptr)},
          {"scopes", consent.scopes},
          {"requestedUserInfoClaims", Json::array()},
          {"createdAt", to_iso8601(consent.created_at)},
          {"updatedAt", to_iso8601(consent.updated_at)}};
}

}  // namespace

Task<http::Response> get_consents(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto consents = co_await app.store.consents.list(session->user.id);
  if (!consents) co_return session_error(consents.error());
  Json list = Json::array();
  for (const auto& consent : *consents) list.push_back(consent_json(consent));
  co_return json_answer(list);
}

Task<http::Response> delete_consent(App& app, http::Request request) {
  if (request.content_type() != "application/json")
    co_return transport_error(request, 415, "Content-Type must be application/json.");
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const auto body = core::parse_json(request.body);
  const auto id = body ? core::json_string(*body, "id") : std::nullopt;
  if (!id)
    co_return session_error(
        {oauth::ErrorCode::validation_error, "[body.id] Invalid input: expected the id of a consent"});
  auto consents = co_await app.store.consents.list(session->user.id);
  if (!consents) co_return session_error(consents.error());
  for (const auto& consent : *consents) {
    if (consent_id(consent) != *id) continue;
    auto withdrawn =
        co_await app.store.consents.withdraw(session->user.id, consent.client_id, consent.bap_id, app.clock.now());
    co_return withdrawn ? json_answer({{"success", true}}) : session_error(withdrawn.error());
  }
  co_return session_error({oauth::ErrorCode::not_found, "There is no such consent."});
}

}  // namespace sigma::service
