#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "oauth_user.hpp"

namespace sigma::bench {

/// What one connection does over and over. One object a connection.
class Scenario {
 public:
  virtual ~Scenario() = default;
  /// What the first step needs (a session, tokens); not timed. Called again after a step failed.
  virtual core::Task<core::Result<void>> prepare(Connection& connection) = 0;
  /// What is timed.
  virtual core::Task<core::Result<void>> step(Connection& connection) = 0;
};

using ScenarioFactory = std::unique_ptr<Scenario> (*)(std::string authority, const ClientConfig&, core::Random&);

struct ScenarioInfo {
  std::string_view name;
  std::string_view unit;  ///< "requests" or "flows"
  std::string_view what;
  ScenarioFactory make;
};

std::span<const ScenarioInfo> scenarios();
/// Null when there is none of this name.
const ScenarioInfo* find_scenario(std::string_view name);

}  // namespace sigma::bench
