#include "config.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "config_secrets.hpp"
#include "config_table.hpp"
#include "config_values.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/nearest.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kPrefix = "SIGMA_";

// Collects what is wrong, so that one start shows everything.
class Faults {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }
  bool empty() const { return lines_.empty(); }
  core::Error error() const { return {core::Code::invalid_input, fmt::format("{}", fmt::join(lines_, "\n"))}; }

 private:
  std::vector<std::string> lines_;
};

const Setting* find_setting(std::string_view key) {
  const auto table = setting_table();
  const auto found = std::ranges::find(table, key, &Setting::key);
  return found == table.end() ? nullptr : &*found;
}

std::string_view nearest_key(std::string_view key) {
  std::vector<std::string_view> keys;
  for (const Setting& setting : setting_table()) keys.push_back(setting.key);
  return core::nearest_name(key, keys);
}

std::string example_of(const Setting& setting) {
  return fmt::format("{}={}", variable_name(setting.key), setting.example);
}

void report_unknown(const Settings& settings, std::string (*spell)(std::string_view), std::string_view where,
                    Faults& faults) {
  for (const auto& [key, value] : settings) {
    if (find_setting(key)) continue;
    const std::string_view near = nearest_key(key);
    faults.add(near.empty()
                   ? fmt::format("{} is not a setting{}; sigma-auth serve --help lists them", spell(key), where)
                   : fmt::format("{} is not a setting{}; did you mean {}?", spell(key), where, spell(near)));
  }
}

std::string same(std::string_view key) {
  return std::string(key);
}

Settings read_file(const std::string& path, Faults& faults) {
  Settings settings;
  std::ifstream in(path);
  if (!in) {
    faults.add(fmt::format("SIGMA_CONFIG: cannot read {}; for example {}", path, example_of(*find_setting("config"))));
    return settings;
  }
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(in)) {
      if (item.name == "++" || item.name == "--") continue;  // CLI11's marks of where sections begin and end
      settings[item.fullname()] = fmt::format("{}", fmt::join(item.inputs, ","));
    }
  } catch (const CLI::Error& error) {
    faults.add(fmt::format("SIGMA_CONFIG: {} cannot be understood: {}", path, error.what()));
  }
  return settings;
}

// An empty environment variable counts as unset: container files write VAR= for "nothing".
void overlay(Settings& settings, const Settings& stronger) {
  for (const auto& [key, value] : stronger) {
    if (!value.empty()) settings[key] = value;
  }
}

void apply_settings(const Settings& settings, Config& config, Faults& faults) {
  for (const auto& [key, value] : settings) {
    const Setting* setting = find_setting(key);
    if (!setting || !setting->apply) continue;
    if (auto applied = setting->apply(config, value); !applied) {
      // What has an @ may hold a password.
      const std::string shown = value.find('@') == std::string::npos ? fmt::format("'{}'", value) : "its value";
      faults.add(fmt::format("{}: {} {}; for example {}", variable_name(key), shown, applied.error().description(),
                             example_of(*setting)));
    }
  }
}

void fill_defaults(const Settings& settings, Config& config) {
  const std::size_t cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 64);
  if (!settings.contains("io_threads")) config.io_threads = cores;
  if (!settings.contains("db_workers")) config.db_workers = 4 * cores;
  if (!settings.contains("rate_limits")) config.rate_limits = !is_loopback_origin(config.base_url);
  if (!settings.contains("issuer")) config.issuer = config.base_url + "/api/auth";
  if (!settings.contains("database_url")) config.database_url = "sqlite:" + (config.data_dir / "sigma.db").string();
  if (!settings.contains("log_format") && ::isatty(STDERR_FILENO)) config.log_format = core::log::Format::text;
  if (!settings.contains("drain_delay") && (config.share_port || !is_loopback_listen(config.listen)))
    config.drain_delay = std::chrono::seconds(5);
}

void check_together(const Config& config, Faults& faults) {
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    faults.add("SIGMA_TLS_CERT and SIGMA_TLS_KEY go together; set both or neither");
  }
  if (config.issuer != config.base_url && config.issuer != config.base_url + "/api/auth") {
    faults.add(
        fmt::format("SIGMA_ISSUER: '{}' is neither the base URL nor {}/api/auth, so nobody would find its discovery "
                    "document; for example SIGMA_ISSUER={}/api/auth",
                    config.issuer, config.base_url, config.base_url));
  }
  if (config.key_rotation_interval.count() != 0 && config.key_publication_lead >= config.key_rotation_interval) {
    faults.add(
        "SIGMA_KEY_PUBLICATION_LEAD is not shorter than SIGMA_KEY_ROTATION_INTERVAL, so keys would be replaced before "
        "they sign; for example SIGMA_KEY_PUBLICATION_LEAD=10m and SIGMA_KEY_ROTATION_INTERVAL=90d");
  }
  if (config.proxy_protocol && config.trusted_proxies.empty()) {
    faults.add(
        "SIGMA_PROXY_PROTOCOL is on, but nobody may use it; name the proxies, for example "
        "SIGMA_TRUSTED_PROXIES=10.0.0.0/8");
  }
  if (config.listen == config.admin_listen && !config.listen.ends_with(":0")) {
    faults.add(fmt::format("SIGMA_LISTEN and SIGMA_ADMIN_LISTEN are both {}; give the admin API a port of its own",
                           config.listen));
  }
}

core::Result<void> find_database(const Config& config) {
  std::error_code error;
  const std::filesystem::path file = config.sqlite_path();
  if (std::filesystem::status(file, error).type() != std::filesystem::file_type::not_found) return {};
  return core::Error{
      core::Code::not_found,
      fmt::format("There is no database at {}. Run this with the server's settings: SIGMA_DATABASE_URL or "
                  "SIGMA_DATA_DIR, in the environment or in the file that SIGMA_CONFIG names. `sigma-auth migrate` and "
                  "`sigma-auth serve` make a new one.",
                  file.string())};
}

// Where a secret comes from. Nothing when it is neither given nor can be made, or when it is faulty. Without
// `generated_name` it is never made.
std::optional<crypto::SecretBytes> find_secret(const Settings& settings, const Config& config, std::string_view key,
                                               std::string_view generated_name, core::Random& random, Faults& faults) {
  const std::string variable = variable_name(key);
  const std::string file_key = std::string(key) + "_file";
  const auto given = settings.find(key);
  const auto file = settings.find(file_key);
  const auto failed = [&](std::string line) {
    faults.add(std::move(line));
    return std::nullopt;
  };
  if (given != settings.end() && file != settings.end())
    return failed(fmt::format("{} and {}_FILE are both set; keep one", variable, variable));
  if (given != settings.end()) return crypto::SecretBytes(given->second);
  if (file != settings.end()) {
    auto secret = read_secret_file(file->second);
    if (!secret) return failed(fmt::format("{}_FILE {}", variable, secret.error().description()));
    return std::move(*secret);
  }
  if (generated_name.empty()) {
    return failed(fmt::format("{} is required with SIGMA_DYNAMIC_REGISTRATION=token; for example {}", variable,
                              example_of(*find_setting(key))));
  }
  if (!config.embedded()) {
    return failed(fmt::format("{} is required with this database (all replicas share it); for example {}", variable,
                              example_of(*find_setting(key))));
  }
  auto secret = read_or_make_secret(config.data_dir / generated_name, random);
  if (!secret) return failed(fmt::format("{}: {}", variable, secret.error().description()));
  return std::move(*secret);
}

void load_secrets(const Settings& settings, Needs needs, core::Random& random, Config& config, Faults& faults) {
  if (needs.secret) {
    if (auto text = find_secret(settings, config, "secret", "secret", random, faults)) {
      for (std::string& part : split_list(text->view())) {
        if (part.size() < kMinSecretBytes) {
          faults.add(fmt::format(
              "SIGMA_SECRET: each secret needs at least {} bytes; for example SIGMA_SECRET=$(openssl rand -hex 32)",
              kMinSecretBytes));
        }
        config.secrets.emplace_back(part);
        crypto::wipe(part);
      }
      if (config.secrets.empty()) faults.add("SIGMA_SECRET is blank; for example SIGMA_SECRET=$(openssl rand -hex 32)");
    }
  }
  const auto load_token = [&](std::string_view key, std::string_view generated_name, crypto::SecretBytes& field) {
    auto token = find_secret(settings, config, key, generated_name, random, faults);
    if (!token) return;
    const bool blank = token->view().find_first_of(" \t\r\n,") != std::string_view::npos;
    if (token->size() < kMinSecretBytes || blank) {
      faults.add(fmt::format("{}: needs at least {} characters without blanks; for example {}", variable_name(key),
                             kMinSecretBytes, example_of(*find_setting(key))));
    }
    field = std::move(*token);
  };
  if (needs.admin_token) load_token("admin_token", "admin-token", config.admin_token);
  if (needs.secret && config.dynamic_registration == oauth::DynamicRegistrationMode::token)
    load_token("registration_token", "", config.registration_token);
  const bool has_bap_token = settings.contains("bap_api_token") || settings.contains("bap_api_token_file");
  if (needs.secret && has_bap_token) {
    // Its operator made it: as long as they like, as long as a header can carry it.
    auto token = find_secret(settings, config, "bap_api_token", "", random, faults);
    const auto is_sendable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (token && !std::ranges::all_of(token->view(), is_sendable))
      faults.add("SIGMA_BAP_API_TOKEN holds blanks or other characters that no header carries");
    if (token) config.bap_api_token = std::move(*token);
  }
}

}  // namespace

std::string variable_name(std::string_view key) {
  std::string name(kPrefix);
  for (const char c : key) name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::string flag_name(std::string_view key) {
  std::string name = "--";
  for (const char c : key) name += c == '_' ? '-' : c;
  return name;
}

Settings settings_of_environment(const char* const* environment) {
  Settings settings;
  for (; *environment; ++environment) {
    const std::string_view entry = *environment;
    const auto equals = entry.find('=');
    const std::string_view name = entry.substr(0, equals);
    if (equals == std::string_view::npos || !name.starts_with(kPrefix)) continue;
    if (name.starts_with("SIGMA_TEST_") || name.starts_with("SIGMA_BENCH_") || name == "SIGMA_AUTH_BIN" ||
        name == "SIGMA_MEMBER_PRIVATE_KEY")
      continue;
    settings[core::to_lower_ascii(name.substr(kPrefix.size()))] = entry.substr(equals + 1);
  }
  return settings;
}

core::Result<Config> load_config(const Settings& flags, const Settings& environment, Needs needs,
                                 core::Random& random) {
  Faults faults;
  report_unknown(flags, flag_name, "", faults);
  report_unknown(environment, variable_name, "", faults);

  Settings settings;
  Settings above;
  overlay(above, environment);
  overlay(above, flags);
  if (const auto file = above.find("config"); file != above.end()) {
    settings = read_file(file->second, faults);
    report_unknown(settings, same, fmt::format(" of {}", file->second), faults);
  }
  overlay(settings, above);

  Config config;
  apply_settings(settings, config, faults);
  fill_defaults(settings, config);
  check_together(config, faults);
  if (config.embedded() && needs.files == EmbeddedFiles::required && faults.empty()) SIGMA_CHECK(find_database(config));
  if (config.embedded() && needs.files != EmbeddedFiles::untouched) {
    if (auto made = make_private_dir(config.data_dir); !made)
      faults.add(fmt::format("SIGMA_DATA_DIR: {}", made.error().description()));
  }
  if (faults.empty() || needs.secret || needs.admin_token) load_secrets(settings, needs, random, config, faults);
  if (!faults.empty()) return faults.error();
  return config;
}

}  // namespace sigma::service
