#include "openapi/public_api.hpp"

#include <set>

#include "openapi/parts.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

using core::Json;
using namespace openapi;

constexpr std::string_view kForm = "application/x-www-form-urlencoded", kHtml = "text/html";

Json page() {
  return {{std::string(kHtml), {{"schema", {{"type", "string"}}}}}};
}

Json content_of(const std::string& what) {
  if (what == "page") return page();
  if (what != "redirect_or_page") return content(kJsonType, reference(what));
  // Scripts that say so hear of the redirect in JSON.
  Json both = page();
  both.update(content(kJsonType, reference("Redirect")));
  return both;
}

// Whatever goes wrong, also what the transport refuses: 404, 405, 413, 429 …
Json error_response(const std::string& kind) {
  Json schemas = Json::array({reference("ApiError")});
  if (kind != "api") schemas.push_back(reference("OAuthError"));
  if (kind == "not_found") schemas = Json::array({reference("ApiError"), reference("NotFound")});
  Json body = content(kJsonType, schemas.size() == 1 ? schemas[0] : Json{{"anyOf", schemas}});
  if (kind == "page") body.update(page());
  return {{"description", "What is wrong, and how to mend it"}, {"content", std::move(body)}};
}

Json query_parameters(const Json& query) {
  Json parameters = Json::array();
  for (const auto& [key, schema] : query.items()) {
    const bool required = key.ends_with('!');
    Json one = parameter(required ? key.substr(0, key.size() - 1) : key, "query",
                         schema.is_null() ? Json{{"type", "string"}} : schema);
    one["required"] = required;
    parameters.push_back(std::move(one));
  }
  return parameters;
}

Json request_body(const Json& shape) {
  Json body = Json::object();
  for (const auto& [member, types] : {std::pair{"json", std::vector{kJsonType}},
                                      {"form", std::vector{kForm}},
                                      {"either", std::vector{kJsonType, kForm}}}) {
    if (!shape.contains(member)) continue;
    for (const std::string_view type : types) body.update(content(type, reference(shape[member].get<std::string>())));
  }
  if (body.empty()) return body;
  return {{"required", !shape.value("body_optional", false)}, {"content", std::move(body)}};
}

Json security(const Json& who) {
  Json any = Json::array();
  for (const Json& scheme : who) {
    Json one = Json::object();
    if (scheme != "public") one[scheme.get<std::string>()] = Json::array();
    any.push_back(std::move(one));
  }
  return any;
}

Json describe(const PublicCall& call) {
  const Json shape = Json::parse(call.endpoint->operation);
  Json responses = {{"default", error_response(shape.value("errors", "api"))}};
  for (const auto& [status, what] : shape.at("ok").items()) {
    Json success = {{"description", call.summary}};
    const std::string& body = what.get_ref<const std::string&>();
    if (!body.empty()) success["content"] = content_of(body);
    if (status == "302" || status == "303") success["headers"] = {{"Location", {{"schema", {{"type", "string"}}}}}};
    responses[status] = std::move(success);
  }
  Json operation = {{"summary", call.summary}, {"responses", std::move(responses)}};
  if (*call.spec) operation["description"] = call.spec;
  Json parameters = path_parameters(call.path);
  for (Json& one : query_parameters(shape.value("query", Json::object()))) parameters.push_back(std::move(one));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (Json body = request_body(shape); !body.empty()) operation["requestBody"] = std::move(body);
  if (shape.contains("who")) operation["security"] = security(shape["who"]);
  return operation;
}

Json schemas(std::span<const PublicCall> calls) {
  Json all = shared_schemas();
  std::set<const char*> seen;  // the endpoints of a file share one text: it is read once at the start
  for (const PublicCall& call : calls) {
    const char* text = call.endpoint->schemas;
    if (seen.insert(text).second) all.update(Json::parse(text));
  }
  return all;
}

Json security_schemes() {
  const auto header = [](const char* name, const char* description) {
    return Json{{"type", "apiKey"}, {"in", "header"}, {"name", name}, {"description", description}};
  };
  return {
      {"session",
       {{"type", "apiKey"},
        {"in", "cookie"},
        {"name", "better-auth.session_token"},
        {"description", "Made by sign-in; __Secure-better-auth.session_token where the base URL is https"}}},
      {"x_auth_token", header("X-Auth-Token", "A Bitcoin signature over path, time and body")},
      {"client", {{"type", "http"}, {"scheme", "basic"}, {"description", "client_id and client_secret"}}},
      {"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"description", "An access token"}}},
      {"dpop", {{"type", "http"}, {"scheme", "DPoP"}, {"description", "An access token bound to a key (RFC 9449)"}}},
      {"registration_token",
       {{"type", "http"}, {"scheme", "bearer"}, {"description", "registration_access_token (RFC 7592)"}}}};
}

}  // namespace

Json describe_public_api(std::span<const PublicCall> calls, const std::string& base_url) {
  Json paths = Json::object();
  for (const PublicCall& call : calls)
    paths[call.path][core::to_lower_ascii(http::to_string(call.method))] = describe(call);
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Sigma Auth"}, {"version", SIGMA_VERSION}}},
          {"servers", {{{"url", base_url}}}},
          {"components", {{"securitySchemes", security_schemes()}, {"schemas", schemas(calls)}}},
          {"paths", std::move(paths)}};
}

}  // namespace sigma::service
