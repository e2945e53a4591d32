#include "openapi/parts.hpp"

#include <fmt/format.h>

namespace sigma::service::openapi {

using core::Json;

Json reference(std::string_view schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

Json content(std::string_view type, Json schema) {
  return {{std::string(type), {{"schema", std::move(schema)}}}};
}

Json parameter(std::string_view name, std::string_view where, Json schema) {
  return {{"name", name}, {"in", where}, {"required", where == "path"}, {"schema", std::move(schema)}};
}

Json path_parameters(std::string_view path) {
  Json parameters = Json::array();
  for (auto begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{', begin + 1)) {
    const auto end = path.find('}', begin);
    parameters.push_back(parameter(path.substr(begin + 1, end - begin - 1), "path", {{"type", "string"}}));
  }
  return parameters;
}

}  // namespace sigma::service::openapi
