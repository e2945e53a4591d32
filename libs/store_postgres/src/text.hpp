// Postgres keeps neither NUL nor ill-formed UTF-8 in text; people and clients send both. Such texts are kept as U+0001
// and base64url, so is a text that begins with U+0001. One-to-one: comparing the stored forms compares the texts.
#pragma once
#include <string>
#include <string_view>

namespace sigma::store_postgres {

/// What to_stored_text would not change.
bool is_stored_as_it_is(std::string_view text);
std::string to_stored_text(std::string_view text);
std::string from_stored_text(std::string_view stored);

}  // namespace sigma::store_postgres
