#include "each_once.hpp"

#include <fmt/format.h>

namespace sigma::oauth {

Result<void> each_once(const http::Form& form, const std::set<std::string, std::less<>>& may_repeat) {
  const auto name = form.repeated(may_repeat);
  if (!name) return {};
  return Error{ErrorCode::invalid_request,
               fmt::format("The parameter {} appears more than once; send it once.", *name)};
}

}  // namespace sigma::oauth
