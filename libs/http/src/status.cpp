#include "sigma/http/status.hpp"

namespace sigma::http {

int status_of(core::Code code) {
  switch (code) {
    case core::Code::invalid_input:
      return 400;
    case core::Code::unauthorized:
      return 401;
    case core::Code::forbidden:
      return 403;
    case core::Code::not_found:
      return 404;
    case core::Code::conflict:
      return 409;
    case core::Code::unavailable:
    case core::Code::overloaded:
    case core::Code::deadline:
      return 503;
    case core::Code::internal:
      return 500;
  }
  return 500;
}

}  // namespace sigma::http
