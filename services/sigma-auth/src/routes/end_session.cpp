#include <fmt/format.h>

#include "assets.hpp"
#include "config_values.hpp"
#include "routes/audit_event.hpp"
#include "routes/by_get.hpp"
#include "routes/handler.hpp"
#include "routes/logout_texts.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/log.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kEndSessionPath = "/api/auth/oauth2/end-session";

http::Response refuse(const http::Request& request, const oauth::Error& error) {
  if (error.is_outage() || is_fetch(request)) return error_page(request, error);
  return error_page(request, error.status(), ErrorPage::still_signed_in, error.description());
}

http::Response show_question(const oauth::AskToSignOut& ask, Language language) {
  const LogoutTexts& says = logout_texts(language);
  const std::string question =
      ask.client_name ? fmt::format(fmt::runtime(says.ask_named), *ask.client_name) : std::string(says.ask);
  const web::TemplateText texts[] = {{"language", tag_of(language)},
                                     {"title", says.ask_title},
                                     {"question", question},
                                     {"signed_in_as", says.signed_in_as},
                                     {"user", ask.user_name},
                                     {"confirmation", ask.confirmation},
                                     {"yes", says.yes},
                                     {"no", says.no}};
  http::Response response = web::fill_template(200, "sign-out.html", texts);
  // Browsers hide the origin of a form under no-referrer, and the answer is recognised by it.
  response.headers.set("Referrer-Policy", "same-origin");
  // form-action would also apply to the redirect that answers the form.
  if (ask.return_to) {
    response.headers.set(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  }
  return response;
}

http::Response goodbye(Language language) {
  const LogoutTexts& says = logout_texts(language);
  const web::TemplateText texts[] = {{"language", tag_of(language)},
                                     {"title", says.done_title},
                                     {"done", says.done},
                                     {"elsewhere", says.elsewhere},
                                     {"again", says.again}};
  return web::fill_template(200, "signed-out.html", texts);
}

http::Response show_end(App& app, const http::Request& request, const oauth::MaybeSession& session,
                        const oauth::SignedOut& signed_out, Language language) {
  if (signed_out.ended && session) app.audit.record(audit_event(request, oauth::AuditType::sign_out, *session));
  if (signed_out.ended) core::log::info("signed_out", {{"session", signed_out.ended->str()}, {"by", "end-session"}});
  http::Response response = signed_out.return_to ? redirect(request, *signed_out.return_to) : goodbye(language);
  if (has_session_cookie(app, request)) clear_session_cookies(app, response);
  return response;
}

// The question was asked by our own page. Browsers say so themselves; nobody else has the person's cookie.
bool comes_from_our_page(const App& app, const http::Request& request) {
  const auto origin = request.headers.find("Origin");
  if (origin && *origin != "null") return is_own_origin(app.settings.base_url, *origin);
  return request.headers.find("Sec-Fetch-Site") == "same-origin";
}

// What is too long for an address is left out: the hint first, for an ID token has a whole person in it. Without it the
// person is asked.
http::Response ask_again(const http::Form& form) {
  if (auto whole = ask_again_by_get(kEndSessionPath, form)) return std::move(*whole);
  http::Form rest;
  for (const auto& [name, value] : form.parameters()) {
    if (name != "id_token_hint") rest.add(name, value);
  }
  if (auto without_hint = ask_again_by_get(kEndSessionPath, rest)) return std::move(*without_hint);
  return *ask_again_by_get(kEndSessionPath, {});
}

Task<http::Response> end_session(App& app, http::Request request) {
  if (request.method == http::Method::head) {
    http::Response refused = transport_error(request, 405, "Use GET or POST.");
    refused.headers.add("Allow", "GET, POST");
    co_return refused;
  }
  std::string encoded = request.query;
  if (request.method == http::Method::post && !request.body.empty()) {
    if (request.content_type() != "application/x-www-form-urlencoded")
      co_return transport_error(request, 415, "Content-Type must be application/x-www-form-urlencoded.");
    // Parameters in query and body count as one request, as at the authorization endpoint.
    encoded += (encoded.empty() ? "" : "&") + request.body;
  }
  auto form = http::Form::parse(encoded);
  if (!form) co_return refuse(request, {oauth::ErrorCode::invalid_request, form.error().description()});
  // Without the cookie nobody would be signed out.
  if (request.method == http::Method::post && !has_session_cookie(app, request)) co_return ask_again(*form);
  const Language language = language_of(request, form->find("ui_locales").value_or(""));
  auto session = co_await find_session(app, request);
  if (!session) co_return refuse(request, session.error());
  auto outcome = co_await app.end_session.request(std::move(*form), *session);
  if (!outcome) co_return refuse(request, outcome.error());
  if (const auto* ask = std::get_if<oauth::AskToSignOut>(&*outcome)) co_return show_question(*ask, language);
  co_return show_end(app, request, *session, std::get<oauth::SignedOut>(*outcome), language);
}

Task<http::Response> end_session_confirm(App& app, http::Request request) {
  if (request.content_type() != "application/x-www-form-urlencoded")
    co_return transport_error(request, 415, "Content-Type must be application/x-www-form-urlencoded.");
  if (!comes_from_our_page(app, request)) {
    co_return refuse(request, {oauth::ErrorCode::invalid_origin,
                               "This answer does not come from our own page, so nothing was changed."});
  }
  const auto form = http::Form::parse(request.body);
  if (!form) co_return refuse(request, {oauth::ErrorCode::invalid_request, form.error().description()});
  auto session = co_await find_session(app, request);
  if (!session) co_return refuse(request, session.error());
  auto outcome = co_await app.end_session.confirm(std::string(form->find("confirmation").value_or("")), *session);
  if (!outcome) co_return refuse(request, outcome.error());
  const Language language = language_of(request, form->find("ui_locales").value_or(""));
  co_return show_end(app, request, *session, *outcome, language);
}

constexpr const char* kSchemas = R"json({
  "EndSession": {
    "type": "object",
    "properties": {
      "id_token_hint": {"type": "string"}, "logout_hint": {"type": "string"}, "client_id": {"type": "string"},
      "post_logout_redirect_uri": {"type": "string"}, "state": {"type": "string"},
      "ui_locales": {"type": "string"}
    }
  },
  "EndSessionAnswer": {
    "type": "object", "required": ["confirmation"],
    "properties": {"confirmation": {"type": "string"}, "ui_locales": {"type": "string"}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint end_session{.handler = service::end_session, .operation = R"json({
  "query": {
    "id_token_hint": null, "logout_hint": null, "client_id": null, "post_logout_redirect_uri": null, "state": null,
    "ui_locales": null
  },
  "ok": {"200": "page", "302": ""}, "errors": "page"
})json"};
extern constexpr Endpoint end_session_by_post{
    .handler = service::end_session, .schemas = kSchemas, .operation = R"json({
  "form": "EndSession", "ok": {"200": "page", "302": "", "303": ""}, "errors": "page"
})json"};
extern constexpr Endpoint end_session_confirm{
    .handler = service::end_session_confirm, .schemas = kSchemas, .operation = R"json({
  "form": "EndSessionAnswer", "ok": {"200": "page", "302": ""}, "errors": "page"
})json"};

}  // namespace endpoints
}  // namespace sigma::service
