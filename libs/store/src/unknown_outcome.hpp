#pragma once
#include "sigma/core/result.hpp"

namespace sigma::store {

/// Code::unavailable: what to tell the caller of a write that may have been kept, or not.
inline core::Error unknown_outcome(std::string cause, std::source_location where = std::source_location::current()) {
  return {core::Code::unavailable, "The outcome of this request is unknown; check before you repeat it.",
          std::move(cause), where};
}

}  // namespace sigma::store
