#pragma once
#include <string>
#include <vector>

#include "load_test.hpp"
#include "sigma/core/json.hpp"

namespace sigma::bench {

/// Every repetition, and the medians with their spread.
core::Json to_json(const LoadOptions& options, const LoadResult& result);

/// One line for people, made of what to_json() returned.
std::string summary_line(const core::Json& report);

}  // namespace sigma::bench
