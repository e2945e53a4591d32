// What the logout pages say. They work without scripts, so the server writes them, in the languages of the other pages.
#pragma once
#include <string_view>

#include "sigma/http/message.hpp"

namespace sigma::service {

struct LogoutTexts {
  std::string_view language;   ///< BCP 47
  std::string_view ask_title;  ///< from here on: the question
  std::string_view ask_named;  ///< "{}" stands for the application's name
  std::string_view ask;
  std::string_view signed_in_as;  ///< before the person's name
  std::string_view yes;
  std::string_view no;
  std::string_view done_title;  ///< from here on: the end
  std::string_view done;
  std::string_view elsewhere;
  std::string_view again;
};

/// By `ui_locales` (OpenID Connect RP-Initiated Logout 1.0 §2: tags between blanks, the best first), then by the
/// browser's Accept-Language (RFC 9110 §12.5.4), else English.
const LogoutTexts& logout_texts(const http::Request& request, std::string_view ui_locales);

}  // namespace sigma::service
