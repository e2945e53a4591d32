#include "routes/by_get.hpp"

#include <fmt/format.h>

namespace sigma::service {
namespace {

/// What surely fits into a request line (Limits::header_bytes).
constexpr std::size_t kMaxQuery = 8'000;

}  // namespace

std::optional<http::Response> ask_again_by_get(std::string_view path, const http::Form& parameters) {
  const std::string query = parameters.encode();
  if (query.size() > kMaxQuery) return std::nullopt;
  http::Response again;
  again.status = 303;
  again.headers.add("Location", query.empty() ? std::string(path) : fmt::format("{}?{}", path, query));
  again.headers.add("Cache-Control", "no-store");
  return again;
}

}  // namespace sigma::service
