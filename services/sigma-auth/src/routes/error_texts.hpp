// What error pages say to people, in their language. What only a developer can mend stands below, in English.
#pragma once
#include <string_view>

#include "routes/language.hpp"

namespace sigma::service {

/// What a person can be told apart; several errors of the domain may be one of these.
enum class ErrorPage {
  unknown_application,
  application_off,
  wrong_return_address,
  stale,     ///< a hand-over between pages that is too old, or somebody else's
  unusable,  ///< the application asked for what cannot be done
  outage,    ///< our fault
  nothing_here,
  wrong_method,
  too_many,
  still_signed_in,  ///< a sign-out that could not be done
  failed,           ///< somebody sent the person here, saying that something went wrong
};
inline constexpr std::size_t kErrorPages = 11;

struct ErrorTexts {
  std::string_view title;
  std::string_view happened;
  std::string_view advice;
};
const ErrorTexts& error_texts(ErrorPage page, Language language);

/// What all error pages say.
struct ErrorFrame {
  std::string_view reference;  ///< before the request id
  std::string_view start;      ///< the way out: our start page
};
const ErrorFrame& error_frame(Language language);

}  // namespace sigma::service
