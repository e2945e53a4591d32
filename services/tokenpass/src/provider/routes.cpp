// The provider as applications see it. Nothing here knows a session: a request for authorization is checked and handed,
// signed, to the page where the person decides (api/authorization.cpp).
#include "provider/routes.hpp"

#include "api/call.hpp"
#include "api/render.hpp"
#include "assets.hpp"
#include "provider/provider.hpp"
#include "sigma/oauth/metadata/discovery.hpp"
#include "sigma/oauth_http/answers.hpp"
#include "sigma/oauth_http/endpoints.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using enum http::Method;
using http::Request;
using http::Response;
using oauth::ErrorCode;

Response error_page(const Request& request, const oauth::Error& error) {
  oauth_http::log_outage(error);
  const int status = error.is_outage() ? error.status() : 400;
  const web::TemplateText texts[] = {{"title", "This sign-in request cannot be used"},
                                     {"description", error.description()},
                                     {"reference", request.request_id}};
  return web::fill_template(status, "error.html", texts);
}

Response redirect(std::string url) {
  Response response;
  response.status = 302;
  response.headers.add("Location", std::move(url));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

// OpenID Connect Core §3.1.2.1: GET, or POST with a form.
Task<Response> authorize(App& app, Request request) {
  auto form = http::Form::parse(request.method == post ? request.body : request.query);
  if (!form) co_return error_page(request, {ErrorCode::invalid_request, form.error().description()});
  if (form->find("response_mode").value_or("query") != "query") {
    co_return error_page(request, {ErrorCode::invalid_request, "Only response_mode=query is supported here."});
  }
  const auto outcome = co_await app.provider->engine().authorizer.authorize(std::move(*form), std::nullopt);
  if (!outcome) co_return error_page(request, outcome.error());
  if (const auto* client = std::get_if<oauth::GoToClient>(&*outcome)) co_return redirect(client->url());
  if (const auto* page = std::get_if<oauth::GoToPage>(&*outcome)) co_return redirect("/consent?" + page->oauth_query);
  co_return error_page(request, std::get<oauth::ShowError>(*outcome).error);
}

// Tokens are made and used only while the person's wallet is open, as all tokens of TokenPass.
std::optional<oauth::Error> locked(App& app) {
  if (app.wallet.state() == Wallet::State::unlocked) return std::nullopt;
  return oauth::Error{ErrorCode::temporarily_unavailable, "The wallet is locked. Unlock TokenPass, then try again."};
}

Task<Response> token(App& app, Request request) {
  if (const auto error = locked(app)) co_return oauth_http::oauth_error(*error);
  co_return co_await oauth_http::token(app.provider->engine(), std::move(request));
}

Task<Response> userinfo(App& app, Request request) {
  if (const auto error = locked(app)) co_return oauth_http::oauth_error(*error);
  co_return co_await oauth_http::userinfo(app.provider->engine(), std::move(request));
}

Task<Response> revoke(App& app, Request request) {
  return oauth_http::revoke(app.provider->engine(), std::move(request));
}

bool all_of(const Json& metadata, bool (*is_good)(const std::string& uri, const Caller& caller), const Caller& caller) {
  const auto uris = metadata.is_object() ? metadata.find("redirect_uris") : metadata.end();
  return uris != metadata.end() && uris->is_array() && std::ranges::all_of(*uris, [&](const Json& uri) {
           return uri.is_string() && is_good(uri.get_ref<const std::string&>(), caller);
         });
}

bool leads_to_this_machine(const std::string& uri, const Caller&) {
  const auto origin = origin_of_url(uri);
  if (!origin) return false;
  const std::string name = origin->host.substr(0, origin->host.find(':'));
  return origin->text.starts_with("http://") &&
         (name == "localhost" || name == "127.0.0.1" || origin->host.starts_with("[::1]"));
}

bool leads_back(const std::string& uri, const Caller& caller) {
  const auto origin = origin_of_url(uri);
  return origin && caller.origin && origin->text == caller.origin->text;
}

// RFC 7591 §3. A program registers what it likes, because the person is asked anyway; a page registers itself and
// nobody else, as it can ask for a token of its own host only, and not often.
Task<Response> register_client(App& app, Request request) {
  if (request.content_type() != "application/json") {
    co_return oauth_http::message_error(415, "Content-Type must be application/json.", "UNSUPPORTED_MEDIA_TYPE");
  }
  auto metadata = core::parse_json(request.body);
  if (!metadata) {
    co_return oauth_http::oauth_error({ErrorCode::invalid_client_metadata, metadata.error().description()});
  }
  const Caller caller = caller_of(request, app.config);
  if (caller.kind == CallerKind::foreign && !all_of(*metadata, leads_back, caller)) {
    co_return oauth_http::oauth_error(
        {ErrorCode::invalid_redirect_uri, "A page may only register redirect_uris of its own origin."});
  }
  if (caller.kind == CallerKind::foreign && !co_await app.provider->admit_page(caller.origin->text)) {
    co_return oauth_http::oauth_error(
        oauth::Error{ErrorCode::too_many_requests, "Pages have registered as many clients as they may for now."}
            .with_retry_after(std::chrono::hours{1}));
  }
  if (all_of(*metadata, leads_to_this_machine, caller) && !metadata->contains("application_type")) {
    (*metadata)["application_type"] = "native";  // RFC 8252 §7.3
  }
  oauth::RegistrationRequest registration;
  registration.metadata = std::move(*metadata);
  registration.ip_address = request.remote_address;
  auto answer = co_await app.provider->engine().registration.create(std::move(registration));
  if (!answer) co_return oauth_http::oauth_error(answer.error());
  // Whoever wants another description registers again (RFC 7592 is not offered).
  answer->erase("registration_access_token");
  answer->erase("registration_client_uri");
  co_return oauth_http::json_answer(*answer, 201);
}

Response public_json(std::shared_ptr<const std::string> body) {
  Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "public, max-age=15");
  response.shared_body = std::move(body);
  return response;
}

// Of the engine's document, what is offered here.
Json discovery_document(const oauth::Settings& settings) {
  constexpr const char* kMembers[] = {"issuer",
                                      "authorization_endpoint",
                                      "token_endpoint",
                                      "userinfo_endpoint",
                                      "revocation_endpoint",
                                      "registration_endpoint",
                                      "jwks_uri",
                                      "scopes_supported",
                                      "response_types_supported",
                                      "subject_types_supported",
                                      "id_token_signing_alg_values_supported",
                                      "token_endpoint_auth_methods_supported",
                                      "token_endpoint_auth_signing_alg_values_supported",
                                      "revocation_endpoint_auth_methods_supported",
                                      "code_challenge_methods_supported",
                                      "prompt_values_supported",
                                      "acr_values_supported",
                                      "claims_supported",
                                      "claims_parameter_supported",
                                      "request_parameter_supported",
                                      "request_uri_parameter_supported",
                                      "authorization_response_iss_parameter_supported",
                                      "client_id_metadata_document_supported"};
  const Json everything = oauth::discovery_document(settings, {"authorization_code", "refresh_token"});
  Json document = {{"response_modes_supported", {"query"}},
                   {"grant_types_supported", {"authorization_code", "refresh_token"}}};
  for (const char* member : kMembers) document[member] = everything.at(member);
  return document;
}

Task<Response> discovery(App& app, Request) {
  co_return public_json(
      std::make_shared<const std::string>(core::dump_json(discovery_document(app.provider->engine().settings))));
}

Task<Response> jwks(App& app, Request) {
  co_return public_json(app.provider->engine().keys.current()->jwks_text());
}

struct Entry {
  http::Method method;
  const char* path;
  Task<Response> (*handler)(App&, Request);
  const char* spec;
  const char* summary;
};

constexpr std::string_view kOAuth = "/api/auth/oauth2/", kWellKnown = "/.well-known/";

constexpr Entry kTable[] = {
    {get, "/.well-known/openid-configuration", discovery, "OpenID Connect Discovery §4", "Discovery document"},
    {get, "/.well-known/oauth-authorization-server", discovery, "RFC 8414 §3", "Discovery document"},
    {get, "/api/auth/jwks", jwks, "RFC 7517 §5", "Public signing keys"},
    {get, "/api/auth/oauth2/authorize", authorize, "RFC 6749 §3.1", "Authorization endpoint"},
    {post, "/api/auth/oauth2/authorize", authorize, "OpenID Connect Core §3.1.2.1", "The same, by form post"},
    {post, "/api/auth/oauth2/token", token, "RFC 6749 §3.2", "Token endpoint"},
    {get, "/api/auth/oauth2/userinfo", userinfo, "OpenID Connect Core §5.3", "UserInfo endpoint"},
    {post, "/api/auth/oauth2/userinfo", userinfo, "OpenID Connect Core §5.3", "The same, by form post"},
    {post, "/api/auth/oauth2/revoke", revoke, "RFC 7009 §2", "End a token"},
    {post, "/api/auth/oauth2/register", register_client, "RFC 7591 §3", "A client registers itself"},
};

struct Bound {
  App* app;
  const Entry* entry;
  Task<Response> operator()(Request request) const { return entry->handler(*app, std::move(request)); }
};

}  // namespace

std::vector<http::Route> provider_routes(App& app) {
  constexpr std::size_t kBodyLimit = 64 * 1024;
  std::vector<http::Route> routes;
  if (!app.provider) return routes;
  for (const Entry& entry : kTable) {
    routes.push_back(
        {entry.method,
         entry.path,
         Bound{&app, &entry},
         {.cors = http::Cors::none, .body_limit = kBodyLimit, .spec = entry.spec, .summary = entry.summary}});
  }
  return routes;
}

bool is_oauth(const Request& request) {
  return request.path.starts_with(kOAuth) || request.path.starts_with(kWellKnown);
}

}  // namespace sigma::tokenpass
