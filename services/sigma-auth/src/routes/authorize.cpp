#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/by_get.hpp"
#include "routes/form_post.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_access.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace {

using core::Json;
using oauth::AuthorizationOutcome;

// Where a script sends the browser on: to the application, or to a page that posts the answer there.
std::string url_of(const App& app, const oauth::GoToClient& client) {
  return client.mode == oauth::ResponseMode::form_post ? form_post_url(app, client) : client.url();
}

http::Response show(const App& app, const http::Request& request, const oauth::Result<AuthorizationOutcome>& outcome) {
  if (!outcome) return error_page(request, outcome.error());
  if (const auto* client = std::get_if<oauth::GoToClient>(&*outcome)) {
    const bool as_form = client->mode == oauth::ResponseMode::form_post && !is_fetch(request);
    return as_form ? form_post_page(request, *client) : redirect(request, url_of(app, *client));
  }
  if (const auto* page = std::get_if<oauth::GoToPage>(&*outcome))
    return redirect(request, page->path + '?' + page->oauth_query);
  return error_page(request, std::get<oauth::ShowError>(*outcome).error);
}

// For scripts of our pages: always JSON.
http::Response answer(const App& app, const oauth::Result<AuthorizationOutcome>& outcome) {
  if (!outcome) return oauth_error(outcome.error());
  if (const auto* client = std::get_if<oauth::GoToClient>(&*outcome))
    return json_answer({{"redirect", true}, {"url", url_of(app, *client)}});
  if (const auto* page = std::get_if<oauth::GoToPage>(&*outcome)) {
    return json_answer({{"redirect", true}, {"url", page->path + '?' + page->oauth_query}});
  }
  const oauth::Error& error = std::get<oauth::ShowError>(*outcome).error;
  return json_answer({{"error", error.name()}, {"error_description", error.description()}}, 400);
}

// Names in the query and in the body count as one request: a name in both is a repeated name (case 15).
oauth::Result<http::Form> authorization_parameters(const http::Request& request) {
  const auto bad = [](const core::Error& error) {
    return oauth::Error{oauth::ErrorCode::invalid_request, error.description()};
  };
  auto form = http::Form::parse(request.query);
  if (!form) return bad(form.error());
  if (request.method != http::Method::post || request.body.empty()) return std::move(*form);
  const auto body = http::Form::parse(request.body);
  if (!body) return bad(body.error());
  for (const auto& [name, value] : body->parameters()) form->add(name, value);
  return std::move(*form);
}

struct PageAnswer {
  Json body;
  std::string oauth_query;
};

// What continue and consent have in common: JSON from our own origin with the query that was handed to the page.
oauth::Result<PageAnswer> page_answer(const App& app, const http::Request& request) {
  SIGMA_CHECK(check_origin(app, request));
  SIGMA_TRY(Json body, json_object(request, oauth::ErrorCode::invalid_request));
  auto query = core::json_string(body, "oauth_query");
  if (!query)
    return oauth::Error{oauth::ErrorCode::invalid_request,
                        "oauth_query is missing: hand back the page's query string."};
  if (query->starts_with('?')) query->erase(0, 1);
  return PageAnswer{std::move(body), std::move(*query)};
}

bool is_true(const Json& body, std::string_view name) {
  const auto member = body.find(name);
  return member != body.end() && member->is_boolean() && member->get<bool>();
}

std::optional<store::ClientId> client_of(const http::Form& parameters) {
  const auto id = parameters.find("client_id");
  return id ? std::optional(store::ClientId{std::string(*id)}) : std::nullopt;
}

std::optional<store::ClientId> client_of(const std::string& oauth_query) {
  const auto form = http::Form::parse(oauth_query);
  return form ? client_of(*form) : std::nullopt;
}

// Where an application gets a code, a person who is signed in has let it.
void record_code(App& app, const http::Request& request, std::optional<store::ClientId> client,
                 const oauth::MaybeSession& session, const oauth::Result<AuthorizationOutcome>& outcome) {
  const auto* answer = outcome ? std::get_if<oauth::GoToClient>(&*outcome) : nullptr;
  if (!answer || !session || !answer->answer.find("code")) return;
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::code_issued, *session);
  event.client_id = std::move(client);
  app.audit.record(std::move(event));
}

// The person's own answer; what could not be answered (a page too old, no session) is none.
void record_consent(App& app, const http::Request& request, std::optional<store::ClientId> client,
                    const oauth::MaybeSession& session, const oauth::Authorizer::ConsentAnswer& consent,
                    const oauth::Result<AuthorizationOutcome>& outcome) {
  if (!session || !outcome || !std::holds_alternative<oauth::GoToClient>(*outcome)) return;
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::consent_given, *session);
  event.client_id = std::move(client);
  if (consent.scope) event.detail["scope"] = *consent.scope;
  if (!consent.accept) event.refuse("access_denied");
  app.audit.record(std::move(event));
}

bool is_error_name(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
           return c == '_' || core::kLettersAndDigits.find(c) != std::string_view::npos;
         });
}

Task<http::Response> authorize(App& app, http::Request request) {
  // HEAD would have to make the code that its answer must not show.
  if (request.method == http::Method::head) {
    http::Response refused = transport_error(request, 405, "Use GET or POST.");
    refused.headers.add("Allow", "GET, POST");
    co_return refused;
  }
  if (request.method == http::Method::post && !request.body.empty() &&
      request.content_type() != "application/x-www-form-urlencoded") {
    co_return transport_error(request, 415, "Content-Type must be application/x-www-form-urlencoded.");
  }
  auto parameters = authorization_parameters(request);
  if (!parameters) co_return error_page(request, parameters.error());
  // A script without the cookie would not bring it along by GET either.
  if (request.method == http::Method::post && !has_session_cookie(app, request) && !is_fetch(request)) {
    if (auto again = ask_again_by_get(request.path, *parameters)) co_return std::move(*again);
  }
  auto session = co_await find_session(app, request);
  if (!session) co_return error_page(request, session.error());
  auto client = client_of(*parameters);
  const auto outcome = co_await app.authorizer.authorize(std::move(*parameters), *session);
  record_code(app, request, std::move(client), *session, outcome);
  http::Response response = show(app, request, outcome);
  if (*session) {
    const auto renewed = co_await renew_by_cookie(app, request, (*session)->session);
    if (renewed && *renewed) set_session_cookie(app, response, presented_session(app, request)->token);
  }
  co_return response;
}

Task<http::Response> legacy_authorize(App&, http::Request request) {
  co_return redirect(request, "/oauth2/authorize" + (request.query.empty() ? "" : '?' + request.query));
}

Task<http::Response> oauth2_continue(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto page = page_answer(app, request);
  if (!page) co_return oauth_error(page.error());
  const bool selected = is_true(page->body, "selected");
  if (!selected && !is_true(page->body, "created") && !is_true(page->body, "postLogin")) {
    co_return oauth_error(
        {oauth::ErrorCode::invalid_request, "Missing parameters: send selected, created or postLogin."});
  }
  auto session = co_await find_session(app, request);
  if (!session) co_return oauth_error(session.error());
  auto client = client_of(page->oauth_query);
  const auto outcome = co_await app.authorizer.proceed(std::move(page->oauth_query), selected, *session);
  record_code(app, request, std::move(client), *session, outcome);
  co_return answer(app, outcome);
}

Task<http::Response> oauth2_consent(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto page = page_answer(app, request);
  if (!page) co_return oauth_error(page.error());
  const auto accept = page->body.find("accept");
  if (accept == page->body.end() || !accept->is_boolean()) {
    co_return oauth_error({oauth::ErrorCode::invalid_request, "accept is missing: send true or false."});
  }
  auto session = co_await find_session(app, request);
  if (!session) co_return oauth_error(session.error());
  oauth::Authorizer::ConsentAnswer consent{accept->get<bool>(), core::json_string(page->body, "scope")};
  const auto client = client_of(page->oauth_query);
  const auto outcome = co_await app.authorizer.answer_consent(std::move(page->oauth_query), consent, *session);
  record_consent(app, request, client, *session, consent, outcome);
  record_code(app, request, client, *session, outcome);
  co_return answer(app, outcome);
}

Task<http::Response> public_client(App& app, http::Request request) {
  auto id = query_parameter(request, "client_id");
  if (!id) co_return oauth_error({oauth::ErrorCode::invalid_request, "client_id is missing."});
  auto client = co_await app.clients.find(store::ClientId{std::move(*id)});
  if (!client) co_return oauth_error(client.error());
  if (!*client || (*client)->disabled)
    co_return oauth_error({oauth::ErrorCode::not_found, "There is no such client; check client_id."});
  Json json = {{"client_id", (*client)->id.str()},
               {"client_name", (*client)->name},
               {"verified", oauth::is_vouched_for(**client)}};
  for (const char* member : {"logo_uri", "client_uri", "policy_uri", "tos_uri", "contacts"}) {
    if (const auto found = (*client)->metadata.find(member); found != (*client)->metadata.end()) json[member] = *found;
  }
  json["redirect_uris"] = Json::array();  // kept empty, as the reference does: nobody but the owner needs them
  co_return json_answer(json);
}

Task<http::Response> auth_error(App&, http::Request request) {
  const auto form = http::Form::parse(request.query);
  // Anybody can write such a link; the error's name is all that our page repeats of it.
  const std::string_view error = form ? form->find("error").value_or("") : "";
  co_return error_page(request, 400, ErrorPage::failed, is_error_name(error) ? error : "");
}

constexpr const char* kSchemas = R"json({
  "Continuation": {
    "type": "object", "required": ["oauth_query"],
    "properties": {
      "oauth_query": {"type": "string"}, "selected": {"type": "boolean"}, "created": {"type": "boolean"},
      "postLogin": {"type": "boolean"}
    }
  },
  "ConsentAnswer": {
    "type": "object", "required": ["oauth_query", "accept"],
    "properties": {"oauth_query": {"type": "string"}, "accept": {"type": "boolean"}, "scope": {"type": "string"}}
  },
  "PublicClient": {
    "type": "object", "required": ["client_id", "client_name", "verified", "redirect_uris"],
    "additionalProperties": false,
    "properties": {
      "client_id": {"type": "string"}, "client_name": {"type": "string"}, "verified": {"type": "boolean"},
      "redirect_uris": {"$ref": "#/components/schemas/NothingArray"}, "logo_uri": {"type": "string"},
      "client_uri": {"type": "string"}, "policy_uri": {"type": "string"}, "tos_uri": {"type": "string"},
      "contacts": {"type": "array", "items": {"type": "string"}}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint authorize{.handler = service::authorize, .operation = R"json({
  "query": {
    "client_id!": null, "redirect_uri": null, "response_type": {"const": "code"}, "scope": null, "state": null,
    "code_challenge": null, "code_challenge_method": {"const": "S256"}, "nonce": null, "prompt": null,
    "max_age": {"type": "integer", "minimum": 0}, "login_hint": null, "id_token_hint": null, "acr_values": null,
    "ui_locales": null, "display": null, "claims": null, "resource": {"type": "array", "items": {"type": "string"}},
    "response_mode": {"enum": ["query", "form_post"]}, "request_uri": null, "dpop_jkt": null, "bap_id": null
  },
  "ok": {"200": "redirect_or_page", "302": ""}, "errors": "page"
})json"};
extern constexpr Endpoint authorize_by_post{.handler = service::authorize, .operation = R"json({
  "form": "AuthorizationRequest", "ok": {"200": "redirect_or_page", "302": "", "303": ""}, "errors": "page"
})json"};
extern constexpr Endpoint legacy_authorize{.handler = service::legacy_authorize, .operation = authorize.operation};
extern constexpr Endpoint oauth2_continue{
    .handler = service::oauth2_continue,
    .schemas = kSchemas,
    .operation =
        R"json({"who": ["session"], "json": "Continuation", "ok": {"200": "Redirect"}, "errors": "oauth"})json"};
extern constexpr Endpoint oauth2_consent{
    .handler = service::oauth2_consent,
    .schemas = kSchemas,
    .operation =
        R"json({"who": ["session"], "json": "ConsentAnswer", "ok": {"200": "Redirect"}, "errors": "oauth"})json"};
extern constexpr Endpoint public_client{
    .handler = service::public_client,
    .schemas = kSchemas,
    .operation = R"json({"query": {"client_id!": null}, "ok": {"200": "PublicClient"}, "errors": "oauth"})json"};
extern constexpr Endpoint auth_error{
    .handler = service::auth_error,
    .operation = R"json({"query": {"error": null, "error_description": null}, "ok": {}, "errors": "page"})json"};

}  // namespace endpoints
}  // namespace sigma::service
