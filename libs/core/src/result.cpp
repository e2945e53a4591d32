#include "sigma/core/result.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sigma::core {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::internal:
      return "internal";
    case Code::invalid_input:
      return "invalid_input";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::unauthorized:
      return "unauthorized";
    case Code::forbidden:
      return "forbidden";
    case Code::unavailable:
      return "unavailable";
    case Code::overloaded:
      return "overloaded";
    case Code::deadline:
      return "deadline";
  }
  return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(fmt::format("value() of a failed Result at {}:{}: {}: {} ({})", where.file_name(),
                                     where.line(), to_string(error.code()), error.description(), error.cause()));
}

}  // namespace sigma::core
