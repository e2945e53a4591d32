#pragma once
#include <string_view>

#include "sigma/core/json.hpp"

namespace sigma::bap {

inline constexpr std::size_t kMaxImageUri = 128 * 1024;  ///< bytes of an image held in a data: URI

/// What somebody wrote about themselves on chain (schema.org Person or Organization), made harmless for whoever shows
/// it: names hold no control or direction characters and at most 100 bytes; addresses that a browser would run
/// (javascript:, data:text/html, SVG …) are gone; images are https addresses, references to the chain, or raster images
/// in data: URIs of at most kMaxImageUri bytes; other text has at most 4,096 bytes, and all of it at most 32 KB beside
/// images, 8 levels and 200 members. Text stays text: "<b>" is three characters, and pages show it as such. An empty
/// object when it is none.
core::Json clean_person(const core::Json& identity);

/// True when the text (UTF-8) holds a control character, or one that ends the line, turns the direction of what follows
/// or takes no room: U+00AD, U+061C, U+200B–U+200F, U+2028–U+202E, U+2060–U+2069, U+FEFF. A name must not rearrange the
/// sentence it stands in.
bool is_misleading(std::string_view text);

}  // namespace sigma::bap
