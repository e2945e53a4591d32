#pragma once
#include <span>
#include <string_view>

#include "config.hpp"

namespace sigma::service {

/// One variable: how it is called, what it means, and how its text gets into a Config.
struct Setting {
  std::string_view key;
  std::string_view default_text;  ///< for people
  std::string_view meaning;
  std::string_view example;
  bool flag = true;
  /// The error's description completes "SIGMA_X …". Null for what load_config treats by itself.
  core::Result<void> (*apply)(Config& config, std::string_view text) = nullptr;
};

/// The truth for flags, environment, files, --help and docs/reference/configuration.md.
std::span<const Setting> setting_table();

}  // namespace sigma::service
