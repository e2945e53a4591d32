// What the logout pages say. They work without scripts, so the server writes them, in the languages of the other pages.
#pragma once
#include <string_view>

#include "routes/language.hpp"

namespace sigma::service {

struct LogoutTexts {
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

const LogoutTexts& logout_texts(Language language);

}  // namespace sigma::service
