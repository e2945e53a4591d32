#include "admin/paging.hpp"

#include <charconv>

#include "sigma/core/encoding.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

constexpr std::size_t kMaxLimit = 200;
constexpr std::string_view kMark = "after:";  // a cursor we made, not text that happens to be base64url

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

}  // namespace

core::Result<store::Page> parse_page(const http::Request& request) {
  store::Page page;
  const auto form = http::Form::parse(request.query);
  if (!form) return wrong("The query may hold limit and cursor only: " + form.error().description());
  if (const auto name = form->repeated())
    return wrong(fmt::format("{} is there more than once; send limit and cursor once.", *name));
  for (const auto& [name, value] : form->parameters()) {
    if (name == "limit") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), page.limit);
      if (error != std::errc{} || end != value.data() + value.size() || page.limit < 1 || page.limit > kMaxLimit) {
        return wrong(fmt::format("limit must be a number from 1 to {}.", kMaxLimit));
      }
    } else if (name == "cursor") {
      const auto text = core::base64url_decode(value);
      if (!text || !text->starts_with(kMark)) return wrong("cursor must be next_cursor of the page before.");
      page.after = text->substr(kMark.size());
      if (!core::is_utf8(page.after) || page.after.find('\0') != std::string::npos)
        return wrong("cursor must be next_cursor of the page before.");
    } else {
      return wrong("The query may hold limit and cursor only.");
    }
  }
  return page;
}

std::string make_cursor(const std::string& id) {
  return core::base64url_encode(std::string(kMark) + id);
}

}  // namespace sigma::service
