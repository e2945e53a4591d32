#include "config.hpp"

#include "origin.hpp"
#include "sigma/core/nearest.hpp"
#include "sigma/core/number.hpp"

namespace sigma::tokenpass {
namespace {

using core::Result;
using std::chrono::milliseconds;

constexpr std::string_view kPrefix = "TOKENPASS_";
// Where programs look for the server: theirs to read, not ours.
constexpr std::string_view kOfClients = "TOKENPASS_URL";

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

Result<void> set_host(Config& config, std::string_view text) {
  if (text == "localhost")
    config.addresses = {"127.0.0.1", "[::1]"};
  else if (text == "127.0.0.1")
    config.addresses = {"127.0.0.1"};
  else if (text == "::1" || text == "[::1]")
    config.addresses = {"[::1]"};
  else
    return wrong("is not a loopback address: use localhost, 127.0.0.1 or ::1. Other machines must not reach a wallet");
  return {};
}

Result<void> set_port(Config& config, std::string_view text) {
  const auto port = core::parse_number<std::uint16_t>(text);
  if (!port) return wrong("is not a port (0 to 65535)");
  config.port = *port;
  return {};
}

Result<void> set_folder(Config& config, std::string_view text) {
  if (text.empty()) return wrong("is empty");
  config.folder = text;
  return {};
}

Result<void> set_whitelist(Config& config, std::string_view text) {
  config.whitelist.clear();
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto first = part.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    part = part.substr(first, part.find_last_not_of(" \t") - first + 1);
    const auto origin = parse_origin(part);
    if (!origin)
      return wrong(fmt::format("holds '{}', which is no origin; write for example https://app.example", part));
    config.whitelist.push_back(origin->text);
  }
  return {};
}

Result<void> set_switch(bool& field, std::string_view text) {
  if (text != "1" && text != "0" && text != "on" && text != "off") return wrong("is neither 1 nor 0");
  field = text == "1" || text == "on";
  return {};
}

Result<void> set_allow_cli(Config& config, std::string_view text) {
  return set_switch(config.allow_cli, text);
}

Result<void> set_auto_lock(Config& config, std::string_view text) {
  if (text == "off" || text == "0") {
    config.auto_lock = milliseconds{0};
    return {};
  }
  static constexpr std::pair<char, std::int64_t> kUnits[] = {{'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}};
  for (const auto& [unit, factor] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto number = core::parse_number<std::int64_t>(text.substr(0, text.size() - 1));
    constexpr std::int64_t kMost = 30LL * 24 * 3'600'000;
    if (!number || *number < 1 || *number > kMost / factor) break;
    config.auto_lock = milliseconds{*number * factor};
    return {};
  }
  return wrong("is not a time (a number with s, m or h, up to 30 days) and not off");
}

Result<void> set_default_expiry(Config& config, std::string_view text) {
  if (text != "once" && text != "1h") return wrong("is neither once nor 1h");
  config.default_hour = text == "1h";
  return {};
}

Result<void> set_url(std::string& field, std::string_view text) {
  if (text == "off") {
    field.clear();
    return {};
  }
  if (!origin_of_url(text)) return wrong("is not an http(s) URL and not off");
  field = text;
  while (field.ends_with('/')) field.pop_back();
  return {};
}

Result<void> set_sync_url(Config& config, std::string_view text) {
  return set_url(config.sync_url, text);
}

Result<void> set_bap_api_url(Config& config, std::string_view text) {
  return set_url(config.bap_api_url, text);
}

Result<void> set_log_level(Config& config, std::string_view text) {
  const auto level = core::log::parse_level(text);
  if (!level) return wrong("is none of debug, info, warn, error, off");
  config.log_level = *level;
  return {};
}

struct Setting {
  SettingInfo info;
  Result<void> (*apply)(Config&, std::string_view);
};

constexpr Setting kTable[] = {
    {{"TOKENPASS_HOST", "localhost", "Loopback address to listen on: localhost (both), 127.0.0.1 or ::1"}, set_host},
    {{"TOKENPASS_PORT", "21000", "Port"}, set_port},
    {{"TOKENPASS_DIR", "~/.tokenpass", "Folder of wallet and settings"}, set_folder},
    {{"TOKENPASS_ORIGIN_WHITELIST", "–",
      "Origins that may use their own host without a prompt, and the password routes"},
     set_whitelist},
    {{"TOKENPASS_ALLOW_CLI", "0",
      "1: programs of this machine get tokens from an unlocked wallet without the password"},
     set_allow_cli},
    {{"TOKENPASS_AUTO_LOCK", "8h", "Lock after this time without use (30s, 15m, 8h), or off"}, set_auto_lock},
    {{"TOKENPASS_DEFAULT_EXPIRY", "once", "Lifetime of tokens asked for without one: once (10 s) or 1h"},
     set_default_expiry},
    {{"TOKENPASS_SYNC_URL", "https://auth.sigmaidentity.com", "Where encrypted backups are synchronised to, or off"},
     set_sync_url},
    {{"TOKENPASS_BAP_API_URL", "https://api.sigmaidentity.com/v1", "Where public profiles are looked up, or off"},
     set_bap_api_url},
    {{"TOKENPASS_LOG_LEVEL", "info", "debug, info, warn, error or off"}, set_log_level},
};

core::Error unknown_variable(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& setting : kTable) names.push_back(setting.info.variable);
  const std::string_view near = core::nearest_name(name, names);
  return wrong(fmt::format("There is no variable {}.{}", name, near.empty() ? "" : fmt::format(" Is it {}?", near)));
}

}  // namespace

// A name that we do not hold on every address would be that of whoever else listens there.
std::string Config::base_url() const {
  return fmt::format("http://{}:{}", addresses.size() > 1 ? "localhost" : addresses.front(), port);
}

Result<Config> load_config(const Environment& environment) {
  Config config;
  if (const auto home = environment.find("HOME"); home != environment.end()) {
    config.folder = std::filesystem::path(home->second) / ".tokenpass";
  }
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || name == kOfClients) continue;
    const auto setting = std::ranges::find_if(kTable, [&](const Setting& row) { return row.info.variable == name; });
    if (setting == std::end(kTable)) return unknown_variable(name);
    if (auto applied = setting->apply(config, value); !applied) {
      return wrong(fmt::format("{}={} {}.", name, value, applied.error().description()));
    }
  }
  if (config.folder.empty()) return wrong("Neither TOKENPASS_DIR nor HOME is set: where does the wallet lie?");
  config.folder = std::filesystem::absolute(config.folder).lexically_normal();
  if (!config.folder.has_filename())
    config.folder = config.folder.parent_path();  // it was written with a slash at its end
  return config;
}

const std::vector<SettingInfo>& all_settings() {
  static const std::vector<SettingInfo> settings = [] {
    std::vector<SettingInfo> made;
    for (const Setting& setting : kTable) made.push_back(setting.info);
    return made;
  }();
  return settings;
}

}  // namespace sigma::tokenpass
