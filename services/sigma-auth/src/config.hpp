// What the operator decides. Flag > environment > file > default; every fault is reported at once, by name.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rate_limits.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"
#include "sigma/jose/algorithm.hpp"
#include "sigma/oauth/settings.hpp"

namespace sigma::service {

/// Immutable once loaded. docs/reference/configuration.md lists variables, defaults and meanings.
struct Config {
  std::string base_url = "http://localhost:8787";  ///< public origin, lower case, no trailing slash
  std::string issuer;                              ///< default: base URL + "/api/auth"
  std::string listen = "127.0.0.1:8787";           ///< address literal and port
  std::string admin_listen = "127.0.0.1:8788";
  bool share_port = false;  ///< another process may listen on `listen`, too
  std::string tls_cert;     ///< PEM file; both or neither
  std::string tls_key;
  std::filesystem::path data_dir = "./var";
  std::string database_url;   ///< "sqlite:<path>" or "postgresql://…"; default: sqlite:<data dir>/sigma.db
  std::string redis_url;      ///< empty: in-process
  std::string redis_ca_file;  ///< PEM, for rediss; empty: the system's authorities
  std::chrono::milliseconds redis_timeout{250};  ///< of one command; then the server goes on without Redis
  std::vector<crypto::SecretBytes> secrets;      ///< the first seals, all open; empty unless Needs::secret
  crypto::SecretBytes admin_token;               ///< empty unless Needs::admin_token
  std::vector<std::string> trusted_proxies;      ///< CIDRs
  bool proxy_protocol = false;                   ///< the trusted proxies speak PROXY protocol version 2
  std::vector<std::string> trusted_origins;      ///< "scheme://host[:port]"
  std::vector<std::string> resources;            ///< RFC 8707
  bool require_pushed_requests = false;          ///< RFC 9126, for all clients
  bool transaction_pooling = false;              ///< between us and Postgres is a pooler in transaction mode
  std::string clients_file;                      ///< empty: none
  std::string bap_api_url = "https://api.sigmaidentity.com/v1";  ///< empty: off
  std::chrono::milliseconds bap_api_timeout{2'000};              ///< how long a sign-in waits for the BAP API
  bool bap_api_private_address = false;                          ///< it may be at a private address
  crypto::SecretBytes bap_api_token;                             ///< its operator's; empty: none
  std::string indexer_url;                                       ///< empty: off
  std::chrono::milliseconds indexer_timeout{3'000};              ///< for one of its answers
  std::string entitlements_file;                                 ///< empty: none
  std::chrono::seconds entitlements_max_age{300};                ///< what the indexer said counts for at most so long
  bool wallet_challenge_required = false;                        ///< proofs of wallets must name the account
  std::vector<std::string> admin_bap_ids;
  core::log::Level log_level = core::log::Level::info;
  core::log::Format log_format = core::log::Format::json;  ///< default: text on a terminal
  std::string otlp_url;                                    ///< where traces go, without /v1/traces; empty: nowhere
  double trace_ratio = 0.1;                                ///< of the requests whose caller has not decided
  std::chrono::seconds audit_retention{365 * 86'400};      ///< 0: rows stay
  std::size_t io_threads = 1;                              ///< default: cores
  std::size_t db_workers = 4;                              ///< default: 4 × cores

  bool implicit_sign_up = true;              ///< a first sign-in creates the user
  bool unregistered_device_clients = false;  ///< unknown client ids may use the device flow, shown as unverified
  bool legacy_token_path = false;            ///< contract §13.6
  oauth::DynamicRegistrationMode dynamic_registration = oauth::DynamicRegistrationMode::off;
  crypto::SecretBytes registration_token;          ///< initial access token; empty unless the mode is token
  bool client_id_metadata_documents = false;       ///< a client_id may be the address of the client's description
  std::size_t open_registrations_per_day = 1'000;  ///< clients that register themselves without a token
  jose::Algorithm id_token_algorithm = jose::Algorithm::RS256;
  std::chrono::seconds key_rotation_interval{90 * 86'400};  ///< 0: off
  std::chrono::seconds key_publication_lead{600};           ///< shorter than the interval
  std::chrono::seconds code_lifetime{300};                  ///< 600 at most (contract §2)
  std::chrono::seconds access_token_lifetime{3'600};
  std::chrono::seconds id_token_lifetime{36'000};
  std::chrono::seconds refresh_token_lifetime{30 * 86'400};
  std::chrono::seconds session_lifetime{7 * 86'400};

  bool outbound_private_addresses = false;  ///< requests of ours may go to private addresses and over plain http
  std::string outbound_ca_file;             ///< PEM; empty: the system's authorities

  std::size_t header_limit = 16 * 1024;   ///< bytes
  std::size_t body_limit = 64 * 1024;     ///< bytes
  std::size_t backup_limit = 256 * 1024;  ///< bytes: request body of an encrypted backup
  bool rate_limits = true;                ///< default: off when the base URL is a loopback address
  RateLimits rate_limit_per_minute;
  std::size_t max_connections = 10'000;  ///< per listener
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{20'000};
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds request_timeout{15'000};
  std::chrono::milliseconds drain_delay{0};  ///< default: 5 s, but 0 on a loopback address that is not shared
  std::chrono::milliseconds drain_timeout{20'000};

  /// The store is SQLite in a file of ours.
  bool embedded() const { return database_url.starts_with("sqlite:"); }
  /// Path of the embedded database; only when embedded().
  std::filesystem::path sqlite_path() const { return database_url.substr(sizeof("sqlite:") - 1); }
};

/// Values as given, by key ("base_url"), before they mean anything.
using Settings = std::map<std::string, std::string, std::less<>>;

/// What becomes of the embedded store's files, the database in its folder, before a command begins.
enum class EmbeddedFiles {
  untouched,  ///< the command does not look at the database
  required,   ///< a database that is not there is an error: who asks must not be answered from an empty one
  made,       ///< the folder is made, and may be filled
};

/// What a command needs beyond the settings: secrets are only asked for, or generated, where they are used.
struct Needs {
  bool secret = false;
  bool admin_token = false;
  EmbeddedFiles files = EmbeddedFiles::made;
};

/// One variable, for --help, documentation and checks.
struct SettingInfo {
  std::string_view key;
  std::string_view default_text;
  std::string_view meaning;
  bool flag;  ///< secrets have none: command lines are seen by everybody on the machine
};
std::vector<SettingInfo> all_settings();

/// "base_url" → "SIGMA_BASE_URL" / "--base-url".
std::string variable_name(std::string_view key);
std::string flag_name(std::string_view key);

/// The SIGMA_ variables of an environment block ("NAME=value", null at the end), by key. Those of tests and clients
/// (SIGMA_TEST_*, SIGMA_AUTH_BIN, SIGMA_MEMBER_PRIVATE_KEY) are not ours.
Settings settings_of_environment(const char* const* environment);

/// Merges flags over environment over the configuration file (key `config`), checks everything and fills the defaults.
/// On the embedded store it makes the data directory (0700) and the needed secrets in it (0600), once, as far as
/// Needs::files allows. Code::invalid_input with one line a fault, each naming the variable and an example;
/// Code::not_found where EmbeddedFiles::required are not there.
core::Result<Config> load_config(const Settings& flags, const Settings& environment, Needs needs, core::Random& random);

}  // namespace sigma::service
