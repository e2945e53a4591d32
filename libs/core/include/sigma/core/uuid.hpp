#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"

namespace sigma::core {

/// UUID version 7 (RFC 9562 §5.7): sorts by creation time, 74 random bits. 36 characters, lower case.
std::string uuid_v7(const Clock& clock, Random& random);

}  // namespace sigma::core
