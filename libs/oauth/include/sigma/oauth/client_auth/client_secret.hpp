#pragma once
#include <string_view>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// Whether `given` is one of the secrets that are live at `now`. What is compared are SHA-256 digests, in constant
/// time, every one of them: the time tells neither where a wrong secret differs nor how long the right one is (security
/// case 26, measured by `./dev bench micro`).
bool secret_matches(const std::vector<store::ClientSecret>& known, std::string_view given, core::UtcTime now);

/// What a client that does not exist has: one secret that nothing matches, so that its refusal takes as long.
const std::vector<store::ClientSecret>& secrets_of_nobody();

}  // namespace sigma::oauth
