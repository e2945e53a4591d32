#include "text.hpp"

#include "sigma/core/encoding.hpp"

namespace sigma::store_postgres {
namespace {

constexpr char kEscape = '\x01';

}  // namespace

bool is_stored_as_it_is(std::string_view text) {
  return text.find('\0') == std::string_view::npos && !text.starts_with(kEscape) && core::is_utf8(text);
}

std::string to_stored_text(std::string_view text) {
  if (is_stored_as_it_is(text)) return std::string(text);
  return kEscape + core::base64url_encode(text);
}

std::string from_stored_text(std::string_view stored) {
  if (!stored.starts_with(kEscape)) return std::string(stored);
  return core::base64url_decode(stored.substr(1)).value_or(std::string(stored));
}

}  // namespace sigma::store_postgres
