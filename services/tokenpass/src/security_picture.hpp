#pragma once
#include <string>
#include <string_view>

namespace sigma::tokenpass {

/// The minidenticon (npm minidenticons 4) of a text, as SVG. A person knows their own and misses it on a forged page.
std::string security_picture(std::string_view seed);

}  // namespace sigma::tokenpass
