#pragma once
#include <string_view>

namespace sigma::oauth {

/// What a person or an identity may be called: 1 to 100 bytes, nothing that bap::is_misleading().
inline constexpr const char* kNameRule =
    "[body.name] A name has 1 to 100 bytes and no characters that control, take no room or turn the writing direction.";
bool is_display_name(std::string_view name);

}  // namespace sigma::oauth
