#include "config_table.hpp"

#include <boost/url/parse.hpp>
#include <charconv>

#include "config_values.hpp"
#include "sigma/cache_redis/url.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

using core::Result;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

Result<void> text_into(std::string& field, std::string_view text) {
  field = text;
  return {};
}

Result<void> assign(std::string& field, Result<std::string> value) {
  if (!value) return value.error();
  field = std::move(*value);
  return {};
}

Result<void> set_list(std::vector<std::string>& field, std::string_view text,
                      Result<std::string> (*parse)(std::string_view)) {
  field.clear();
  for (const std::string& part : split_list(text)) {
    auto value = parse(part);
    if (!value) return value.error();
    field.push_back(std::move(*value));
  }
  return {};
}

template <class Duration>
Result<void> set_duration(Duration& field, std::string_view text, std::chrono::milliseconds min,
                          std::chrono::milliseconds max) {
  const auto value = parse_duration(text);
  if (!value) return value.error();
  if (*value < min || *value > max) {
    const bool below_seconds = min < std::chrono::seconds{1} && min.count() > 0;
    return wrong(below_seconds
                     ? fmt::format("must be from {} to {} milliseconds", min.count(), max.count())
                     : fmt::format("must be from {} to {} seconds", min.count() / 1'000, max.count() / 1'000));
  }
  field = std::chrono::duration_cast<Duration>(*value);
  return {};
}

Result<void> set_rotation_interval(Config& config, std::string_view text) {
  if (text == "off" || text == "0") {
    config.key_rotation_interval = std::chrono::seconds{0};
    return {};
  }
  return set_duration(config.key_rotation_interval, text, std::chrono::minutes{1}, std::chrono::years{10});
}

Result<void> set_audit_retention(Config& config, std::string_view text) {
  if (text == "off" || text == "0") {
    config.audit_retention = std::chrono::seconds{0};
    return {};
  }
  return set_duration(config.audit_retention, text, std::chrono::hours{1}, std::chrono::years{100});
}

constexpr std::size_t kMostPerMinute = 1'000'000;

Result<void> set_size(std::size_t& field, std::string_view text, std::size_t min, std::size_t max) {
  const auto value = parse_size(text, min, max);
  if (!value) return value.error();
  field = *value;
  return {};
}

Result<void> set_switch(bool& field, std::string_view text) {
  const auto value = parse_switch(text);
  if (!value) return value.error();
  field = *value;
  return {};
}

Result<void> set_permission(bool& field, std::string_view text) {
  if (text != "allow" && text != "deny") return wrong("is neither allow nor deny");
  field = text == "allow";
  return {};
}

Result<void> set_outbound_url(std::string& field, std::string_view text) {
  if (text == "off") return text_into(field, "");
  return assign(field, parse_http_url(text));
}

Result<void> set_database_url(Config& config, std::string_view text) {
  for (const std::string_view scheme : {"postgresql://", "postgres://", "sqlite:"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) return text_into(config.database_url, text);
  }
  return wrong("is neither sqlite:<path> nor postgresql://…");
}

Result<void> set_redis_url(Config& config, std::string_view text) {
  SIGMA_CHECK(cache_redis::parse_redis_url(text));
  return text_into(config.redis_url, text);
}

Result<std::string> parse_bap_id(std::string_view text) {
  const auto bytes = core::base58_decode(text);
  if (!bytes || bytes->size() != 20) return wrong(fmt::format("holds '{}', which is no BAP id", text));
  return std::string(text);
}

// An absolute URI without fragment (RFC 8707 §2); exactly this text is put into `aud`.
Result<std::string> parse_resource(std::string_view text) {
  const auto uri = boost::urls::parse_absolute_uri(text);
  if (!uri || text.size() > 2'000) return wrong(fmt::format("holds '{}', which is no absolute URI", text));
  return std::string(text);
}

Result<void> set_log_level(Config& config, std::string_view text) {
  const auto level = core::log::parse_level(text);
  if (!level) return wrong("is none of debug, info, warn, error, off");
  config.log_level = *level;
  return {};
}

Result<void> set_log_format(Config& config, std::string_view text) {
  if (text != "text" && text != "json") return wrong("is neither text nor json");
  config.log_format = text == "json" ? core::log::Format::json : core::log::Format::text;
  return {};
}

Result<void> set_dynamic_registration(Config& config, std::string_view text) {
  using enum oauth::DynamicRegistrationMode;
  if (text != "off" && text != "token" && text != "open") return wrong("is none of off, token, open");
  config.dynamic_registration = text == "off" ? off : text == "token" ? token : open;
  return {};
}

Result<void> set_wallet_proof(Config& config, std::string_view text) {
  if (text != "any" && text != "challenge") return wrong("is neither any nor challenge");
  config.wallet_challenge_required = text == "challenge";
  return {};
}

Result<void> set_id_token_algorithm(Config& config, std::string_view text) {
  const auto algorithm = jose::parse_algorithm(text);
  if (!algorithm || *algorithm == jose::Algorithm::PS256) return wrong("is none of RS256, ES256, EdDSA, ES256K");
  config.id_token_algorithm = *algorithm;
  return {};
}

// "token=20,authorize=30": the classes that are named; the others keep their defaults.
Result<void> set_rate_limits(Config& config, std::string_view text) {
  for (const std::string& part : split_list(text)) {
    const auto equals = part.find('=');
    const std::string name = part.substr(0, equals);
    Limit limit = Limit::none;
    for (std::size_t i = 1; i < kLimits; ++i) {
      if (name_of(static_cast<Limit>(i)) == name) limit = static_cast<Limit>(i);
    }
    if (limit == Limit::none || equals == std::string::npos) {
      return wrong(
          "must name classes and numbers; the classes are general, sign_in, authorize, token, device, introspect, "
          "revoke, register, userinfo, backup, client");
    }
    const auto number = parse_size(std::string_view(part).substr(equals + 1), 0, kMostPerMinute);
    if (!number) return number.error();
    config.rate_limit_per_minute[limit] = static_cast<std::int64_t>(*number);
  }
  return {};
}

Result<void> set_database_pooler(Config& config, std::string_view text) {
  if (text != "off" && text != "transaction") return wrong("is neither off nor transaction");
  config.transaction_pooling = text == "transaction";
  return {};
}

Result<void> set_trace_ratio(Config& config, std::string_view text) {
  double ratio = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ratio);
  if (error != std::errc{} || end != text.data() + text.size() || !(ratio >= 0 && ratio <= 1))
    return wrong("is no number from 0 to 1");
  config.trace_ratio = ratio;
  return {};
}

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr hours kYear{366 * 24};
constexpr std::size_t kMost = 1'000'000;

constexpr Setting kTable[] = {
    {"config", "–", "File with these settings: key = value lines (TOML or INI)", "/etc/sigma-auth.toml"},
    {"base_url", "http://localhost:8787", "Public origin", "https://id.example.com", true,
     [](Config& c, std::string_view text) { return assign(c.base_url, parse_origin(text)); }},
    {"issuer", "base URL + /api/auth", "Issuer identifier: the base URL, bare or with /api/auth",
     "https://id.example.com/api/auth", true,
     [](Config& c, std::string_view text) { return assign(c.issuer, parse_http_url(text)); }},
    {"listen", "127.0.0.1:8787", "Public listener", "0.0.0.0:8787", true,
     [](Config& c, std::string_view text) { return assign(c.listen, parse_listen(text)); }},
    {"admin_listen", "127.0.0.1:8788", "Admin API, health, metrics", "127.0.0.1:8788", true,
     [](Config& c, std::string_view text) { return assign(c.admin_listen, parse_listen(text)); }},
    {"tls_cert", "–", "PEM certificate chain of the public listener; read again on SIGHUP", "/etc/tls/fullchain.pem",
     true, [](Config& c, std::string_view text) { return text_into(c.tls_cert, text); }},
    {"tls_key", "–", "PEM private key of the public listener", "/etc/tls/privkey.pem", true,
     [](Config& c, std::string_view text) { return text_into(c.tls_key, text); }},
    {"data_dir", "./var", "Embedded database and generated secrets (0700)", "/var/lib/sigma-auth", true,
     [](Config& c, std::string_view text) -> Result<void> {
       c.data_dir = text;
       return {};
     }},
    {"database_url", "sqlite:(data dir)/sigma.db", "Database", "postgresql://sigma@db.internal/sigma", true,
     set_database_url},
    {"database_pooler", "off", "transaction: a pooler in transaction mode, such as pgbouncer, is before the database",
     "transaction", true, set_database_pooler},
    {"redis_url", "– (in-process)",
     "Shared cache and rate limits: redis://, redis+sentinel:// or redis+cluster://, with rediss for TLS",
     "redis://sigma:password@redis.internal:6379/0", true, set_redis_url},
    {"redis_ca_file", "the system's", "PEM file of the authorities that certify Redis", "/etc/tls/internal-ca.pem",
     true, [](Config& c, std::string_view text) { return text_into(c.redis_ca_file, text); }},
    {"redis_timeout", "250ms", "How long one command to Redis may take, 10ms to 5s; then the server goes on without",
     "100ms", true,
     [](Config& c, std::string_view text) {
       return set_duration(c.redis_timeout, text, std::chrono::milliseconds(10), seconds(5));
     }},
    {"secret", "generated in the data dir when embedded",
     "Seals keys and cookies; at least 32 bytes; of a comma-separated list the first seals, all are accepted",
     "$(openssl rand -hex 32)", false},
    {"secret_file", "–", "File that holds the secret (one or more, a line each)", "/run/secrets/sigma_secret"},
    {"admin_token", "generated like the secret", "Bearer token of the admin API; at least 32 characters",
     "$(openssl rand -hex 32)", false},
    {"admin_token_file", "–", "File that holds the admin token", "/run/secrets/sigma_admin_token"},
    {"trusted_proxies", "–", "Networks whose forwarded headers count", "10.0.0.0/8,fd00::/8", true,
     [](Config& c, std::string_view text) { return set_list(c.trusted_proxies, text, parse_cidr); }},
    {"share_port", "off",
     "on: two servers of one user and one machine may have the same SIGMA_LISTEN, for a change of release without a "
     "load balancer; else the second is refused",
     "on", true, [](Config& c, std::string_view text) { return set_switch(c.share_port, text); }},
    {"proxy_protocol", "off", "The trusted proxies begin each connection with a PROXY protocol version 2 header", "on",
     true, [](Config& c, std::string_view text) { return set_switch(c.proxy_protocol, text); }},
    {"resources", "–", "Resource identifiers that access tokens may be asked for (RFC 8707); their tokens are JWTs",
     "https://api.example.com", true,
     [](Config& c, std::string_view text) { return set_list(c.resources, text, parse_resource); }},
    {"require_pushed_requests", "off", "Every client must push its authorization requests (RFC 9126)", "on", true,
     [](Config& c, std::string_view text) { return set_switch(c.require_pushed_requests, text); }},
    {"trusted_origins", "–", "Further origins allowed with cookies", "https://app.example.com", true,
     [](Config& c, std::string_view text) { return set_list(c.trusted_origins, text, parse_origin); }},
    {"clients_file", "–", "JSON array of clients, applied at start", "/etc/sigma-auth/clients.json", true,
     [](Config& c, std::string_view text) { return text_into(c.clients_file, text); }},
    {"bap_api_url", "https://api.sigmaidentity.com/v1", "BAP API; off disables", "https://api.sigmaidentity.com/v1",
     true, [](Config& c, std::string_view text) { return set_outbound_url(c.bap_api_url, text); }},
    {"bap_api_timeout", "2s", "How long a first sign-in waits for the BAP API, 50ms to 10s", "500ms", true,
     [](Config& c, std::string_view text) {
       return set_duration(c.bap_api_timeout, text, milliseconds(50), seconds(10));
     }},
    {"bap_api_private_address", "deny", "allow: the BAP API is at a private address", "allow", true,
     [](Config& c, std::string_view text) { return set_permission(c.bap_api_private_address, text); }},
    {"bap_api_token", "–", "Token for the BAP API, where its operator wants one", "…", false},
    {"bap_api_token_file", "–", "File that holds the token for the BAP API", "/run/secrets/sigma_bap_api_token"},
    {"indexer_url", "–", "Ownership indexer; off disables", "https://indexer.example.com", true,
     [](Config& c, std::string_view text) { return set_outbound_url(c.indexer_url, text); }},
    {"indexer_timeout", "3s", "For one answer of the indexer, 100ms to 30s", "2s", true,
     [](Config& c, std::string_view text) {
       return set_duration(c.indexer_timeout, text, std::chrono::milliseconds(100), seconds(30));
     }},
    {"entitlements_file", "–", "JSON file that says which NFTs and tokens give which roles and tiers",
     "/etc/sigma-auth/entitlements.json", true,
     [](Config& c, std::string_view text) { return text_into(c.entitlements_file, text); }},
    {"entitlements_max_age", "5m",
     "How long a role or tier outlives what gave it: what the indexer said counts for no longer, 1s to 1d", "1m", true,
     [](Config& c, std::string_view text) {
       return set_duration(c.entitlements_max_age, text, seconds(1), hours(24));
     }},
    {"wallet_proof", "any",
     "challenge: a wallet is connected only by a signature that names the account; any: also by the token that clients "
     "of the cloud send",
     "challenge", true, set_wallet_proof},
    {"admin_bap_ids", "–", "Identities that are administrators", "Go8vCHAa4S6AhXKTABGpANiz35J", true,
     [](Config& c, std::string_view text) { return set_list(c.admin_bap_ids, text, parse_bap_id); }},
    {"log_level", "info", "debug, info, warn, error or off", "info", true, set_log_level},
    {"log_format", "text on a terminal, else json", "text or json", "json", true, set_log_format},
    {"otlp_url", "–", "Collector for traces (OTLP over HTTP); /v1/traces is added", "http://otel-collector:4318", true,
     [](Config& c, std::string_view text) { return assign(c.otlp_url, parse_http_url(text)); }},
    {"trace_ratio", "0.1", "Share of the requests to trace, 0 to 1, where no trusted proxy has decided", "1", true,
     set_trace_ratio},
    {"audit_retention", "365d", "How long rows of the audit log are kept, 1h to 100 years; off: for ever", "90d", true,
     set_audit_retention},
    {"io_threads", "cores", "Threads that serve connections, 1 to 256", "4", true,
     [](Config& c, std::string_view text) { return set_size(c.io_threads, text, 1, 256); }},
    {"db_workers", "4 × cores", "Database connections for reading, 1 to 256", "16", true,
     [](Config& c, std::string_view text) { return set_size(c.db_workers, text, 1, 256); }},
    {"implicit_sign_up", "on", "A first sign-in creates the user", "off", true,
     [](Config& c, std::string_view text) { return set_switch(c.implicit_sign_up, text); }},
    {"allow_unregistered_device_clients", "off", "Unknown client ids may use the device flow, shown as unverified",
     "on", true, [](Config& c, std::string_view text) { return set_switch(c.unregistered_device_clients, text); }},
    {"legacy_token_path", "off", "Accept X-Auth-Tokens signed for /oauth2/token (clients of 2025)", "on", true,
     [](Config& c, std::string_view text) { return set_switch(c.legacy_token_path, text); }},
    {"dynamic_registration", "off",
     "Clients may register themselves (RFC 7591): off, token (with SIGMA_REGISTRATION_TOKEN) or open", "token", true,
     set_dynamic_registration},
    {"registration_token", "–", "Initial access token for registration; at least 32 characters",
     "$(openssl rand -hex 32)", false},
    {"registration_token_file", "–", "File that holds the registration token", "/run/secrets/sigma_registration_token"},
    {"open_registrations_per_day", "1000", "Clients that may register themselves in a day when registration is open",
     "100", true,
     [](Config& c, std::string_view text) { return set_size(c.open_registrations_per_day, text, 1, kMost); }},
    {"client_id_metadata_documents", "off",
     "A client_id may be the https address of a document that describes the client", "on", true,
     [](Config& c, std::string_view text) { return set_switch(c.client_id_metadata_documents, text); }},
    {"id_token_alg", "RS256", "ID tokens of clients that ask for no other: RS256, ES256, EdDSA or ES256K", "RS256",
     true, set_id_token_algorithm},
    {"key_rotation_interval", "90d", "How long a signing key signs, 1m to 10 years; off: until rotated by hand", "30d",
     true, set_rotation_interval},
    {"key_publication_lead", "10m",
     "A new signing key is published this long before it signs, 5s to 7d; with replicas never below a minute", "1d",
     true,
     [](Config& c, std::string_view text) {
       return set_duration(c.key_publication_lead, text, seconds(5), hours(168));
     }},
    {"code_lifetime", "5m", "Authorization codes, 10s to 10m", "1m", true,
     [](Config& c, std::string_view text) { return set_duration(c.code_lifetime, text, seconds(10), minutes(10)); }},
    {"access_token_lifetime", "1h", "Access tokens, 10s to 1d", "15m", true,
     [](Config& c, std::string_view text) {
       return set_duration(c.access_token_lifetime, text, seconds(10), hours(24));
     }},
    {"id_token_lifetime", "10h", "ID tokens, 10s to 30d", "1h", true,
     [](Config& c, std::string_view text) { return set_duration(c.id_token_lifetime, text, seconds(10), hours(720)); }},
    {"refresh_token_lifetime", "30d", "Refresh tokens, 1m to 1 year", "14d", true,
     [](Config& c, std::string_view text) { return set_duration(c.refresh_token_lifetime, text, minutes(1), kYear); }},
    {"session_lifetime", "7d", "Sign-in sessions without use, 1m to 1 year", "1d", true,
     [](Config& c, std::string_view text) { return set_duration(c.session_lifetime, text, minutes(1), kYear); }},
    {"outbound_private_addresses", "deny",
     "allow: back-channel logout and documents of clients may be fetched from private addresses and over plain http, "
     "for development",
     "allow", true,
     [](Config& c, std::string_view text) { return set_permission(c.outbound_private_addresses, text); }},
    {"outbound_ca_file", "the system's", "PEM certificate authorities for requests that the server itself makes",
     "/etc/sigma-auth/ca.pem", true,
     [](Config& c, std::string_view text) { return text_into(c.outbound_ca_file, text); }},
    {"header_limit", "16k", "Request line and headers, bytes", "32k", true,
     [](Config& c, std::string_view text) { return set_size(c.header_limit, text, 1'024, 1'024 * 1'024); }},
    {"body_limit", "64k", "Request body, bytes", "128k", true,
     [](Config& c, std::string_view text) { return set_size(c.body_limit, text, 1'024, 64 * 1'024 * 1'024); }},
    {"backup_limit", "256k", "Request body of an encrypted backup, bytes", "1m", true,
     [](Config& c, std::string_view text) { return set_size(c.backup_limit, text, 1'024, 8 * 1'024 * 1'024); }},
    {"rate_limits", "on; off when the base URL is a loopback address", "Limit how often one network may call", "off",
     true, [](Config& c, std::string_view text) { return set_switch(c.rate_limits, text); }},
    {"rate_limit_per_minute",
     "general=600, sign_in=60, authorize=300, token=200, device=300, introspect=1000, revoke=300, register=5, "
     "userinfo=600, backup=30, client=10000",
     "Requests a minute from one address (IPv6: one /64), by class; 0: unlimited; what is not named keeps its default",
     "token=20,authorize=30", true, set_rate_limits},
    {"max_connections", "10000", "Open connections a listener", "2000", true,
     [](Config& c, std::string_view text) { return set_size(c.max_connections, text, 1, kMost); }},
    {"header_timeout", "10s", "Until a request's headers are complete", "5s", true,
     [](Config& c, std::string_view text) { return set_duration(c.header_timeout, text, seconds(1), minutes(10)); }},
    {"body_timeout", "20s", "Until a request's body is complete", "10s", true,
     [](Config& c, std::string_view text) { return set_duration(c.body_timeout, text, seconds(1), minutes(10)); }},
    {"idle_timeout", "60s", "Between requests of a connection", "30s", true,
     [](Config& c, std::string_view text) { return set_duration(c.idle_timeout, text, seconds(1), hours(1)); }},
    {"request_timeout", "15s", "For the answer", "10s", true,
     [](Config& c, std::string_view text) { return set_duration(c.request_timeout, text, seconds(1), minutes(10)); }},
    {"drain_delay", "5s, or 0 on a loopback address that is not shared",
     "From unready to closed listeners, so that load balancers notice", "10s", true,
     [](Config& c, std::string_view text) { return set_duration(c.drain_delay, text, seconds(0), minutes(10)); }},
    {"drain_timeout", "20s", "For requests in flight at the end", "30s", true,
     [](Config& c, std::string_view text) { return set_duration(c.drain_timeout, text, seconds(0), minutes(10)); }},
};

}  // namespace

std::span<const Setting> setting_table() {
  return kTable;
}

std::vector<SettingInfo> all_settings() {
  std::vector<SettingInfo> infos;
  for (const Setting& setting : kTable)
    infos.push_back({setting.key, setting.default_text, setting.meaning, setting.flag});
  return infos;
}

}  // namespace sigma::service
