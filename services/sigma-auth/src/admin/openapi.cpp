#include "admin/openapi.hpp"

#include "admin/lists.hpp"
#include "openapi/parts.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

using core::Json;
using namespace openapi;

Json problem_response(std::string_view description) {
  return {{"description", description}, {"content", content("application/problem+json", reference("Problem"))}};
}

void add_list_parameters(Json& parameters, const ListRules& list) {
  parameters.push_back(
      parameter("limit", "query", {{"type", "integer"}, {"minimum", 1}, {"maximum", 200}, {"default", 50}}));
  parameters.push_back(parameter("cursor", "query", {{"type", "string"}}));
  for (const std::string_view filter : list.filters)
    parameters.push_back(parameter(filter, "query", {{"type", "string"}, {"maxLength", 256}}));
}

Json describe(const AdminEntry& entry) {
  const AdminShape& shape = entry.shape;
  Json success = {{"description", entry.summary}};
  if (shape.answer)
    success["content"] =
        content(shape.answer_type, shape.answer_type == kJsonType ? reference(shape.answer) : Json{{"type", "string"}});
  Json responses = {{std::to_string(shape.status), std::move(success)},
                    {"default", problem_response("What is wrong, and how to mend it")}};
  if (!entry.open) responses["401"] = problem_response("The admin token is missing or wrong");
  Json operation = {{"summary", entry.summary}, {"responses", std::move(responses)}};
  Json parameters = path_parameters(entry.path);
  if (shape.list) add_list_parameters(parameters, *shape.list);
  if (entry.method == http::Method::post)
    parameters.push_back(
        parameter("Idempotency-Key", "header", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (shape.request)
    operation["requestBody"] = {{"required", shape.request_required},
                                {"content", content(kJsonType, reference(shape.request))}};
  if (entry.open) operation["security"] = Json::array();
  return operation;
}

}  // namespace

Json describe_admin_api(std::span<const AdminEntry> table) {
  Json paths = Json::object();
  for (const AdminEntry& entry : table)
    paths[entry.path][core::to_lower_ascii(http::to_string(entry.method))] = describe(entry);
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Sigma Auth admin API"}, {"version", SIGMA_VERSION}}},
          {"security", {{{"admin_token", Json::array()}}}},
          {"components",
           {{"securitySchemes", {{"admin_token", {{"type", "http"}, {"scheme", "bearer"}}}}},
            {"schemas", admin_schemas()}}},
          {"paths", std::move(paths)}};
}

}  // namespace sigma::service
