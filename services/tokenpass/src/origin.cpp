#include "origin.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/http/origin.hpp"

namespace sigma::tokenpass {

bool is_host(std::string_view text) {
  constexpr std::size_t kMaxHost = 255;
  constexpr std::string_view kForeign = "/\\?#@<>\"'`{}|^%";
  return !text.empty() && text.size() <= kMaxHost && core::is_utf8(text) && std::ranges::all_of(text, [&](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f && kForeign.find(c) == std::string_view::npos;
  });
}

bool is_loopback_host(std::string_view host) {
  const std::string_view bare =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return bare == "localhost" || bare == "127.0.0.1" || bare == "[::1]";
}

std::optional<Origin> parse_origin(std::string_view text) {
  constexpr std::string_view kMark = "://";
  const auto mark = text.find(kMark);
  if (mark == std::string_view::npos || text.find_first_of("/?#", mark + kMark.size()) != std::string_view::npos) {
    return std::nullopt;
  }
  return origin_of_url(text);
}

std::optional<Origin> origin_of_url(std::string_view text) {
  const auto url = http::parse_url(text);
  if (!url) return std::nullopt;
  return Origin{url->origin(), url->authority};
}

}  // namespace sigma::tokenpass
