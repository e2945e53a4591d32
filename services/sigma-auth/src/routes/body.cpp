#include "routes/body.hpp"

#include <fmt/format.h>

#include "routes/render.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {

bool is_json(const http::Request& request) {
  return request.content_type() == "application/json";
}

http::Response not_json(const http::Request& request) {
  return transport_error(request, 415, "Content-Type must be application/json.");
}

oauth::Error invalid(std::string description) {
  return {oauth::ErrorCode::validation_error, std::move(description)};
}

oauth::Result<core::Json> json_object(const http::Request& request, oauth::ErrorCode code) {
  auto body = core::parse_json(request.body);
  if (!body) return oauth::Error{code, body.error().description()};
  if (body->is_object()) return std::move(*body);
  return oauth::Error{code, code == oauth::ErrorCode::validation_error ? "[body] Invalid input: expected an object"
                                                                       : "The body must be a JSON object."};
}

oauth::Result<std::string> text_member(const core::Json& body, std::string_view name) {
  auto value = core::json_string(body, name);
  if (!value) return invalid(fmt::format("[body.{}] Invalid input: expected string", name));
  return std::move(*value);
}

oauth::Result<std::optional<std::string>> optional_text_member(const core::Json& body, std::string_view name) {
  const auto member = body.find(name);
  if (member == body.end() || member->is_null()) return std::optional<std::string>{};
  SIGMA_TRY(auto text, text_member(body, name));
  return std::optional(std::move(text));
}

std::optional<std::string> query_parameter(const http::Request& request, std::string_view name) {
  const auto form = http::Form::parse(request.query);
  const auto value = form ? form->find_nonempty(name) : std::nullopt;
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

}  // namespace sigma::service
