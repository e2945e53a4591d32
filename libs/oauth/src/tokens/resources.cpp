#include "sigma/oauth/tokens/resources.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxResources = 10;

std::string_view without_slash(std::string_view uri) {
  return uri.ends_with('/') ? uri.substr(0, uri.size() - 1) : uri;
}

Error unknown(std::string_view parameter, const std::vector<std::string>& allowed) {
  if (allowed.empty())
    return {ErrorCode::invalid_target,
            fmt::format("This server knows no resources; leave the parameter {} out.", parameter)};
  return {ErrorCode::invalid_target,
          fmt::format("A resource is unknown here or was not granted. Ask for: {}.", fmt::join(allowed, ", "))};
}

}  // namespace

Result<std::vector<std::string>> requested_resources(const http::Form& form, const std::vector<std::string>& allowed,
                                                     std::span<const std::string_view> names) {
  std::vector<std::string> resources;
  for (const auto& [name, value] : form.parameters()) {
    if (std::ranges::find(names, name) == names.end() || value.empty()) continue;
    const auto known = std::find_if(allowed.begin(), allowed.end(), [&](const std::string& candidate) {
      return without_slash(candidate) == without_slash(value);
    });
    if (known == allowed.end()) return unknown(name, allowed);
    if (std::find(resources.begin(), resources.end(), *known) == resources.end()) resources.push_back(*known);
    if (resources.size() > kMaxResources)
      return Error{ErrorCode::invalid_target, fmt::format("Name at most {} resources.", kMaxResources)};
  }
  return resources;
}

Result<std::vector<std::string>> narrowed_resources(const http::Form& form, const std::vector<std::string>& granted,
                                                    const std::vector<std::string>& known) {
  SIGMA_TRY(auto resources, requested_resources(form, granted.empty() ? known : granted));
  return resources.empty() ? granted : resources;
}

}  // namespace sigma::oauth
