// The languages that people read here: those of the pages (web/src/lib/i18n.ts).
#pragma once
#include <string_view>

#include "sigma/http/message.hpp"

namespace sigma::service {

enum class Language { en, de, es };

/// BCP 47.
std::string_view tag_of(Language language);

/// As the pages choose it: what the person chose there (a cookie), then `ui_locales` (OpenID Connect Core §3.1.2.1:
/// tags between blanks, the best first), then the browser's Accept-Language (RFC 9110 §12.5.4), else English.
Language language_of(const http::Request& request, std::string_view ui_locales);
/// With the ui_locales of the request's own query.
Language language_of(const http::Request& request);

}  // namespace sigma::service
