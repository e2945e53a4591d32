#include "wiring.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/url/parse.hpp>

#include "config_values.hpp"
#include "postgres.hpp"
#include "sigma/oauth/tokens/secret.hpp"
#include "sigma/store_postgres/connector.hpp"
#include "sigma/store_postgres/loop_connector.hpp"
#include "sigma/store_sqlite/connector.hpp"

namespace sigma::service {
namespace {

// Migrations of an embedded database run by themselves; a shared one is migrated by an explicit command, because other
// replicas may still run the previous release (docs/architecture.md).
core::Result<void> bring_up_to_date(store::Migrator& migrator, bool embedded) {
  if (embedded) {
    SIGMA_CHECK(migrator.migrate());
    return {};
  }
  SIGMA_TRY(const auto states, migrator.status());
  std::vector<std::string> missing;
  for (const auto& state : states) {
    if (!state.applied_at) missing.push_back(fmt::format("{:04}_{}", state.version, state.name));
  }
  if (missing.empty()) return {};
  return core::Error{core::Code::conflict,
                     fmt::format("The database lacks {}. Run `sigma-auth migrate` first.", fmt::join(missing, ", "))};
}

}  // namespace

core::Result<OpenStore> open_store(const Config& config, const core::Clock& clock, Schema schema) {
  OpenStore open;
  open.embedded = config.embedded();
  store::sql::Connector connector =
      open.embedded
          ? store_sqlite::make_connector(config.sqlite_path().string())
          : store_postgres::make_connector(config.database_url, {.transaction_pooling = config.transaction_pooling});
  open.migrator = std::make_unique<store::Migrator>(connector, clock);
  if (schema == Schema::current) SIGMA_CHECK(bring_up_to_date(*open.migrator, open.embedded));
  store::DatabaseOptions options;
  options.read_workers = config.db_workers;
  open.max_connections =
      static_cast<std::int64_t>(options.read_workers + std::min(options.write_workers, connector.max_writers));
  connector = store::counted(std::move(connector), open.connections);
  open.database = std::make_unique<store::Database>(std::move(connector), options);
  open.store = std::make_unique<store::Store>(*open.database);
  return open;
}

std::unique_ptr<store_postgres::Revocations> make_revocations(const Config& config) {
  if (config.embedded() || config.transaction_pooling) return nullptr;
  return std::make_unique<store_postgres::Revocations>(config.database_url, store_postgres::Options{});
}

store::LoopConnector make_loop_connector(const Config& config, std::shared_ptr<store::LoopCounts> counts) {
  if (config.embedded() || config.transaction_pooling) return {};
  return store_postgres::make_loop_connector(config.database_url, {}, std::move(counts));
}

oauth::Settings make_settings(const Config& config) {
  oauth::Settings settings;
  settings.base_url = config.base_url;
  settings.issuer = config.issuer;
  settings.code_lifetime = config.code_lifetime;
  settings.access_token_lifetime = config.access_token_lifetime;
  settings.id_token_lifetime = config.id_token_lifetime;
  settings.refresh_token_lifetime = config.refresh_token_lifetime;
  settings.session_lifetime = config.session_lifetime;
  settings.key_rotation_interval = config.key_rotation_interval;
  settings.key_publication_lead = config.key_publication_lead;
  settings.id_token_algorithm = config.id_token_algorithm;
  settings.implicit_sign_up = config.implicit_sign_up;
  settings.allow_unregistered_device_clients = config.unregistered_device_clients;
  settings.legacy_token_path = config.legacy_token_path;
  settings.resources = config.resources;
  settings.require_pushed_requests = config.require_pushed_requests;
  settings.dynamic_registration = config.dynamic_registration;
  if (!config.registration_token.empty())
    settings.registration_token_hash = oauth::hash_secret(config.registration_token.view()).str();
  settings.client_id_metadata_documents = config.client_id_metadata_documents;
  if (config.rate_limits) settings.requests_per_client = config.rate_limit_per_minute[Limit::client];
  settings.open_registrations_per_day = static_cast<std::int64_t>(config.open_registrations_per_day);
  return settings;
}

core::Result<crypto::Sealer> make_sealer(const Config& config) {
  return crypto::Sealer::create(config.secrets);
}

core::Result<std::unique_ptr<http::Client>> make_outbound(const Config& config) {
  http::ClientOptions options;
  options.ca_file = config.outbound_ca_file;
  options.lookups = 8;  // of names that strangers choose, too
  options.allow_private_addresses = options.allow_plain_http = config.outbound_private_addresses;
  return http::Client::make(std::move(options));
}

namespace {

http::Limits limits_of(const Config& config) {
  http::Limits limits;
  limits.header_bytes = config.header_limit;
  limits.connections = config.max_connections;
  limits.header_timeout = config.header_timeout;
  limits.body_timeout = config.body_timeout;
  limits.idle_timeout = config.idle_timeout;
  limits.request_timeout = config.request_timeout;
  return limits;
}

// The names under which this server may be asked. A loopback base URL stands for all spellings of loopback.
std::vector<std::string> hosts_of(const Config& config) {
  // Also under the address it listens on: a replica is asked directly by health checks and by its neighbours.
  std::vector<std::string> hosts{config.listen};
  for (const std::string& origin : own_origins(config.base_url)) hosts.push_back(origin.substr(origin.find("://") + 3));
  return hosts;
}

}  // namespace

http::ServerOptions public_server_options(const Config& config) {
  http::ServerOptions options;
  options.name = "public";
  options.listen = config.listen;
  options.threads = config.io_threads;
  options.share_port = config.share_port;
  options.limits = limits_of(config);
  if (!config.tls_cert.empty()) options.tls = http::TlsFiles{config.tls_cert, config.tls_key};
  options.trusted_proxies = config.trusted_proxies;
  options.proxy_protocol = config.proxy_protocol;
  options.trusted_origins = config.trusted_origins;
  options.allowed_hosts = hosts_of(config);
  options.trace_ratio = config.trace_ratio;
  return options;
}

http::ServerOptions admin_server_options(const Config& config) {
  http::ServerOptions options;
  options.name = "admin";
  options.listen = config.admin_listen;
  options.limits = limits_of(config);
  return options;
}

}  // namespace sigma::service
