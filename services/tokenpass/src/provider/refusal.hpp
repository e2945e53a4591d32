#pragma once
#include "problem.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::tokenpass {

/// What the engine refuses, for a page of ours.
inline Problem refusal(const oauth::Error& error) {
  if (error.is_outage()) return Problem(error.cause());
  return Problem(error.status(), error.description());
}

}  // namespace sigma::tokenpass
