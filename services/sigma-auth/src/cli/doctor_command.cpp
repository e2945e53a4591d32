// Checks what validation of the configuration cannot: files, database, clock.
#include <fmt/ranges.h>
#include <sys/timex.h>

#include <thread>

#include "chain.hpp"
#include "cli/clients_file.hpp"
#include "cli/invocation.hpp"
#include "shared_cache.hpp"
#include "sigma/bap/bap_id.hpp"
#include "sigma/core/checkup.hpp"
#include "sigma/http/tls_files.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/store/health.hpp"
#include "wallets.hpp"

namespace sigma::service {
namespace {

using core::Checkup;
using core::Result;
using Verdict = Checkup::Verdict;

// What is wrong with a file, as the start of the server would say it.
void check_file(Checkup& report, const std::string& file, const Result<void>& read) {
  if (read) return report.add(Verdict::ok, "file", file);
  const core::Error& error = read.error();
  report.add(Verdict::failure, "file",
             error.cause().empty() ? error.description() : fmt::format("{} ({})", error.description(), error.cause()));
}

// Each by what reads it at the start.
void check_files(Checkup& report, const Config& config, core::UtcTime now) {
  if (config.embedded()) {
    report.check_private(config.data_dir);
    report.check_private(config.data_dir / "secret");
    report.check_private(config.data_dir / "admin-token");
  }
  if (!config.tls_cert.empty())
    check_file(report, config.tls_cert, http::check_tls_files({config.tls_cert, config.tls_key}));
  if (!config.clients_file.empty())
    check_file(report, config.clients_file, check_clients_file(config.clients_file, now));
  if (!config.entitlements_file.empty()) check_file(report, config.entitlements_file, check_entitlements_file(config));
  if (!config.outbound_ca_file.empty()) {
    const auto client = make_outbound(config);
    check_file(report, config.outbound_ca_file, client ? Result<void>() : Result<void>(client.error()));
    if (client) (*client)->stop();
  }
}

void check_origin(Checkup& report, const Config& config) {
  const bool plain = config.base_url.starts_with("http://");
  const bool local = config.base_url.starts_with("http://localhost") || config.base_url.starts_with("http://127.") ||
                     config.base_url.starts_with("http://[::1]");
  if (plain && !local) {
    report.add(Verdict::warning, "base URL",
               config.base_url + " is not encrypted: cookies and codes can be read on the way; use https");
  } else if (!plain && config.tls_cert.empty() && config.trusted_proxies.empty()) {
    report.add(
        Verdict::warning, "base URL",
        config.base_url +
            ": no SIGMA_TLS_CERT and no SIGMA_TRUSTED_PROXIES; who ends TLS, and whose forwarded addresses count?");
  } else {
    report.add(Verdict::ok, "base URL", config.base_url);
  }
}

void check_outbound(Checkup& report, const Config& config) {
  if (!config.outbound_private_addresses || config.base_url.starts_with("http://")) return;
  report.add(Verdict::warning, "outbound",
             "SIGMA_OUTBOUND_PRIVATE_ADDRESSES=allow: who registers a client can make this server send requests into "
             "your network; it is meant for development");
}

void check_registration(Checkup& report, const Config& config) {
  if (config.dynamic_registration != oauth::DynamicRegistrationMode::open) return;
  report.add(Verdict::warning, "registration",
             fmt::format("SIGMA_DYNAMIC_REGISTRATION=open: everybody may register clients, {} a day",
                         config.open_registrations_per_day));
}

// Asks after somebody who does not exist. An API that is away is a warning: sign-in works without it.
void check_bap_api(Checkup& report, Invocation& run, const Config& config) {
  if (config.bap_api_url.empty()) return report.add(Verdict::ok, "BAP API", "off");
  const auto client = make_bap_client(config);
  if (!client) return report.add(Verdict::failure, "BAP API", client.error().description());
  bap::BapApiOptions options;
  options.base_url = config.bap_api_url;
  options.token = std::string(config.bap_api_token.view());
  bap::BapApi api(**client, std::move(options));
  const auto nobody = bitcoin::PrivateKey::generate(run.random).public_key();
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = run_to_end(api.by_id(bap::bap_id_from_member_key(nobody)));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  if (answer) {
    report.add(Verdict::ok, "BAP API", fmt::format("{} answers in {} ms", config.bap_api_url, took.count()));
  } else {
    report.add(Verdict::warning, "BAP API",
               fmt::format("{}: {}; people sign in all the same, but without what the chain says of them",
                           config.bap_api_url, answer.error().description()));
  }
  (*client)->stop();
}

// X-Auth-Tokens are refused beyond five minutes, so an unsteered clock breaks sign-in sooner or later.
void check_clock(Checkup& report, core::UtcTime now) {
  constexpr core::UtcTime kBuilt{1'767'225'600'000};  // 2026-01-01
  if (now < kBuilt) return report.add(Verdict::failure, "clock", core::to_iso8601(now) + " is in the past");
  timex state{};
  const bool steered = ::ntp_adjtime(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
  report.add(
      steered ? Verdict::ok : Verdict::warning, "clock",
      core::to_iso8601(now) + (steered ? "" : ", not synchronised by this machine's kernel; run a time service"));
}

void check_keys(Checkup& report, Invocation& run, const Config& config, store::Store& store) {
  const auto sealer = make_sealer(config);
  if (!sealer) return report.add(Verdict::failure, "secret", sealer.error().description());
  core::WorkPool pool("keys", 1, 1);
  const oauth::Settings settings = make_settings(config);
  oauth::KeyManager keys(store.keys, *sealer, pool, run.clock, run.random, settings);
  if (const auto loaded = run_to_end(keys.reload()); !loaded) {
    return report.add(Verdict::failure, "signing keys",
                      fmt::format("cannot be opened with this SIGMA_SECRET: {} {} (docs/how-to/back-up.md)",
                                  loaded.error().description(), loaded.error().cause()));
  }
  const std::size_t count = keys.current()->jwks().at("keys").size();
  report.add(count > 0 ? Verdict::ok : Verdict::warning, "signing keys",
             count > 0 ? fmt::format("{} published", count) : "none yet; the first start makes them");
}

void check_disk(Checkup& report, store::Database& database) {
  const auto damage = run_to_end(store::find_damage(database));
  if (!damage) {
    report.add(Verdict::failure, "database",
               fmt::format("{} {}", damage.error().description(), damage.error().cause()));
  } else if (!damage->empty()) {
    report.add(Verdict::failure, "database",
               fmt::format("the file is damaged; stop the servers and restore a copy (docs/how-to/back-up.md): {}",
                           fmt::join(*damage, "; ")));
  }
  if (const auto written = run_to_end(store::try_write(database)); !written) {
    report.add(Verdict::failure, "database",
               fmt::format("cannot be written: {}",
                           written.error().cause().empty() ? written.error().description() : written.error().cause()));
  }
}

// Event loops and threads open theirs whether or not they are used: on many cores that is more than Postgres has.
void check_connections(Checkup& report, const Config& config, const OpenStore& open) {
  if (open.embedded || config.transaction_pooling) return;
  constexpr std::int64_t kEachLoop = 3, kListener = 1;
  const auto limit = run_to_end(store::connection_limit(*open.database));
  if (!limit || !*limit) return;
  const std::int64_t wanted =
      kEachLoop * static_cast<std::int64_t>(config.io_threads) + open.max_connections + kListener;
  if (wanted <= **limit / 2) return;
  report.add(Verdict::warning, "connections",
             fmt::format("each replica may hold {} of the {} that Postgres has; set SIGMA_IO_THREADS and "
                         "SIGMA_DB_WORKERS (docs/how-to/run-on-postgres.md)",
                         wanted, **limit));
}

void check_store(Checkup& report, Invocation& run, const Config& config) {
  const auto open = open_store(config, run.clock);
  if (!open)
    return report.add(Verdict::failure, "database",
                      fmt::format("{} {}", open.error().description(), open.error().cause()));
  const auto begin = std::chrono::steady_clock::now();
  if (const auto alive = run_to_end(open->store->maintenance.ping()); !alive) {
    report.add(Verdict::failure, "database", fmt::format("{} {}", alive.error().description(), alive.error().cause()));
  } else {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    report.add(Verdict::ok, "database",
               fmt::format("{}, schema up to date, answers in {:.1f} ms", open->embedded ? "embedded" : "PostgreSQL",
                           static_cast<double>(took.count()) / 1e3));
    check_disk(report, *open->database);
    check_connections(report, config, *open);
    check_keys(report, run, config, *open->store);
  }
  open->database->stop();
}

void check_cache(Checkup& report, Invocation& run, const Config& config) {
  if (config.redis_url.empty()) {
    return report.add(Verdict::ok, "cache",
                      "in the process; with several replicas, SIGMA_REDIS_URL lets them share limits");
  }
  core::Metrics metrics;
  const auto cache = SharedCache::open(config, run.clock, metrics);
  if (!cache)
    return report.add(Verdict::failure, "cache",
                      fmt::format("{} {}", cache.error().description(), cache.error().cause()));
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  auto took = run_to_end((*cache)->ping());
  while (!took && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    took = run_to_end((*cache)->ping());
  }
  if (took) {
    report.add(Verdict::ok, "cache",
               fmt::format("Redis, answers in {:.1f} ms", static_cast<double>(took->count()) / 1e3));
  } else {
    report.add(Verdict::failure, "cache", fmt::format("{} {}", took.error().description(), took.error().cause()));
  }
  (*cache)->stop();
}

Result<void> diagnose(Invocation& run) {
  SIGMA_TRY(const Config config, run.load({.secret = true, .admin_token = true, .files = EmbeddedFiles::required}));
  Checkup report;
  report.add(Verdict::ok, "configuration", "every setting can be used");
  check_origin(report, config);
  check_outbound(report, config);
  check_registration(report, config);
  check_files(report, config, run.clock.now());
  check_cache(report, run, config);
  check_clock(report, run.clock.now());
  check_bap_api(report, run, config);
  check_store(report, run, config);
  run.exit_code = report.failed() ? 1 : 0;
  return {};
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& run) {
  app.add_subcommand("doctor", "Check configuration, files, clock and database")->callback([&run] {
    run.action = [&run] { return diagnose(run); };
  });
}

}  // namespace sigma::service
