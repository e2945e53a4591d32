// The page where the person decides about an application that asks through OAuth, and what they see of it later.
#include "api/handlers.hpp"
#include "api/page_session.hpp"
#include "api/render.hpp"
#include "provider/provider.hpp"
#include "provider/refusal.hpp"
#include "provider/sign_in.hpp"
#include "sigma/oauth/registration/client_documents.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

Outcome<oauth::Engine*> engine_of(App& app) {
  if (!app.provider) return Problem(503, "The OpenID provider could not be opened; see the log.");
  return &app.provider->engine();
}

std::string site_of(const std::string& redirect_uri) {
  const auto origin = origin_of_url(redirect_uri);
  return origin ? origin->text : redirect_uri.substr(0, redirect_uri.find(':') + 1);
}

}  // namespace

Task<Answer> describe_authorization(App& app, Call call) {
  SIGMA_CO_TRY(oauth::Engine* const engine, engine_of(app));
  SIGMA_CO_TRY(const std::string query, required_member(call.body, "query"));
  auto opened = engine->handover.open(query);
  if (!opened) co_return Problem(400, "This request is too old or was changed. Go back to the application.");
  const auto id = opened->parameters.find("client_id");
  auto client = co_await engine->clients.find(store::ClientId{std::string(id.value_or(""))});
  if (!client) co_return refusal(client.error());
  if (!*client) co_return Problem(400, "This application is not known any more. Go back to it and start again.");
  const std::string redirect_uri(opened->parameters.find("redirect_uri").value_or((*client)->redirect_uris.front()));
  const auto scopes = oauth::parse_scopes(opened->progress.shown_scopes.value_or(""));
  if (!scopes) co_return refusal(scopes.error());
  Json shown = {{"id", (*client)->id.str()}, {"name", (*client)->name}};
  shown["described_at"] = oauth::is_document_client(**client) ? Json((*client)->id.str()) : Json();
  co_return json_answer({{"success", true},
                         {"client", std::move(shown)},
                         {"origin", site_of(redirect_uri)},
                         {"redirectUri", redirect_uri},
                         {"scopes", *scopes},
                         {"bapId", opened->parameters.find("bapId").value_or("")}});
}

Task<Answer> answer_authorization(App& app, Call call) {
  SIGMA_CO_TRY(oauth::Engine* const engine, engine_of(app));
  SIGMA_CO_TRY(const std::string query, required_member(call.body, "query"));
  SIGMA_CO_TRY(const auto bap_id, text_member(call.body, "bapId"));
  const bool allow = call.body.value("allow", Json()) == Json(true);
  if (!allow && call.body.value("allow", Json()) != Json(false)) co_return Problem(400, "allow must be true or false.");
  SIGMA_CO_CHECK(require_page_session(app, call));
  auto opened = engine->handover.open(query);
  if (!opened) co_return Problem(400, "This request is too old or was changed. Go back to the application.");
  auto session = co_await sign_in(app, *engine, bap_id.value_or(""));
  if (!session) co_return session.error();
  // The page has shown this identity and this request: that is what selection and consent pages are for.
  opened->progress.identity_selected = true;
  opened->progress.consent_identity = session->session.active_bap_id.value_or(store::BapId{}).str();
  std::string shown = engine->handover.sign(opened->parameters, opened->progress);
  const auto outcome =
      co_await engine->authorizer.answer_consent(std::move(shown), {allow, std::nullopt}, std::move(*session));
  if (!outcome) co_return refusal(outcome.error());
  const auto* client = std::get_if<oauth::GoToClient>(&*outcome);
  if (client == nullptr) co_return Problem(400, "This request cannot be answered. Go back to the application.");
  app.sites.note(site_of(client->redirect_uri), allow ? "was signed in to" : "was refused a sign-in");
  co_await app.save_sites();
  co_return json_answer({{"success", true}, {"url", client->url()}});
}

Task<Answer> applications(App& app, Call) {
  SIGMA_CO_TRY(oauth::Engine* const engine, engine_of(app));
  SIGMA_CO_TRY(const auto users, co_await users_of_wallet(app, *engine));
  Json list = Json::array();
  for (const store::User& user : users) {
    auto consents = co_await engine->consents.list(user.id);
    if (!consents) co_return refusal(consents.error());
    for (const store::Consent& consent : *consents) {
      const auto client = co_await engine->clients.find_kept(consent.client_id);
      if (!client) co_return refusal(client.error());
      list.push_back({{"id", oauth::consent_id(consent)},
                      {"client", consent.client_id.str()},
                      {"name", *client ? (*client)->name : ""},
                      {"scopes", consent.scopes},
                      {"bapId", consent.bap_id.value_or(store::BapId{}).str()},
                      {"since", consent.updated_at.ms}});
    }
  }
  co_return json_answer({{"success", true}, {"applications", std::move(list)}});
}

Task<Answer> end_application(App& app, Call call) {
  SIGMA_CO_TRY(oauth::Engine* const engine, engine_of(app));
  SIGMA_CO_TRY(const std::string id, required_member(call.body, "id"));
  SIGMA_CO_TRY(const auto users, co_await users_of_wallet(app, *engine));
  for (const store::User& user : users) {
    const auto ended = co_await engine->consents.withdraw(user.id, id);
    if (ended) co_return success();
    if (ended.error().code() != oauth::ErrorCode::not_found) co_return refusal(ended.error());
  }
  co_return Problem(404, "This application has no access any more.");
}

}  // namespace sigma::tokenpass
