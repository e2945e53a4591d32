#pragma once
#include <string_view>

namespace sigma::oauth {

/// What a person or an identity may be called: 1 to 100 bytes, none of them a control character.
bool is_display_name(std::string_view name);

}  // namespace sigma::oauth
