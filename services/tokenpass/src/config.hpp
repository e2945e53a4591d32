#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sigma/core/log.hpp"
#include "sigma/core/result.hpp"

namespace sigma::tokenpass {

struct Config {
  std::vector<std::string> addresses = {"127.0.0.1", "[::1]"};  ///< loopback only, as they stand in a URL
  std::uint16_t port = 21000;
  std::filesystem::path folder;        ///< ~/.tokenpass
  std::vector<std::string> whitelist;  ///< origins that need no prompt for their own host
  bool allow_cli = false;              ///< programs without an Origin may have tokens without the password
  std::chrono::milliseconds auto_lock = std::chrono::hours{8};  ///< of no use; 0: never
  bool default_hour = false;  ///< tokens asked for without a duration live 1 h instead of 10 s
  std::string sync_url = "https://auth.sigmaidentity.com";       ///< cloud backup; empty: none
  std::string bap_api_url = "https://api.sigmaidentity.com/v1";  ///< public profiles; empty: none
  core::log::Level log_level = core::log::Level::info;

  std::string base_url() const;  ///< "http://localhost:21000": what people and pages use
};

using Environment = std::map<std::string, std::string, std::less<>>;

/// From TOKENPASS_… variables. Code::invalid_input names the variable, what is wrong and what would be right; an
/// unknown variable with the prefix is an error too.
core::Result<Config> load_config(const Environment& environment);

/// One variable, for --help and the documentation.
struct SettingInfo {
  std::string_view variable;
  std::string_view default_text;
  std::string_view meaning;
};
const std::vector<SettingInfo>& all_settings();

}  // namespace sigma::tokenpass
