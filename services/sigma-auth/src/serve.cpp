// The life of the server: start, run, drain.
#include <malloc.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "admin/administrator_routes.hpp"
#include "admin/routes.hpp"
#include "app.hpp"
#include "audit_worker.hpp"
#include "chain.hpp"
#include "cli/clients_file.hpp"
#include "config_values.hpp"
#include "counted_cache.hpp"
#include "logout_worker.hpp"
#include "postgres.hpp"
#include "profile_worker.hpp"
#include "routes.hpp"
#include "routes/render.hpp"
#include "shared_cache.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/run.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/http/server.hpp"
#include "sigma/store/loop_access.hpp"
#include "trace_exporter.hpp"
#include "upkeep.hpp"
#include "wallets.hpp"
#include "wiring.hpp"

namespace sigma::service {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kSigningQueue = 1'024;
/// How long the end waits for the last rows of the audit log.
constexpr std::chrono::seconds kAuditPatience{5};

int fail(std::string_view event, const core::Error& error) {
  core::log::error(event, {{"description", error.description()}, {"cause", error.cause()}});
  core::log::flush();
  return 1;
}

// Somebody restored the database and not its secret, or lost that.
core::Error with_way_on(const core::Error& error) {
  if (error.code() != core::Code::unauthorized) return error;
  return {
      error.code(),
      "The database was sealed with another SIGMA_SECRET (embedded store: the file `secret` of the data directory). "
      "Put that one back; without it, docs/how-to/back-up.md says how to go on.",
      error.cause()};
}

}  // namespace

int serve(const Config& config) {
  std::signal(SIGPIPE, SIG_IGN);  // who read our log may leave before us
  // A silent name server is given up before a fetch's deadline.
  ::setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);  // NOLINT(concurrency-mt-unsafe): before the first thread
  core::log::start(config.log_level, config.log_format);
  core::SystemClock clock;
  core::SteadyClock steady;
  crypto::SystemRandom random;
  core::Metrics metrics;

  auto sealer = make_sealer(config);
  if (!sealer) return fail("configuration_refused", sealer.error());
  auto opened = open_store(config, clock);
  if (!opened) return fail("database_refused", opened.error());
  core::WorkPool signing_pool("signing", config.io_threads, kSigningQueue);
  auto outbound = make_outbound(config);
  if (!outbound) return fail("configuration_refused", outbound.error());
  auto cache = SharedCache::open(config, steady, metrics);
  if (!cache) return fail("configuration_refused", cache.error());
  // What revokes, Postgres tells within the commit; Redis only where Postgres cannot (decision 0027).
  const auto told_by_database = make_revocations(config);
  cache::PubSub* const revocations =
      told_by_database ? static_cast<cache::PubSub*>(told_by_database.get()) : (*cache)->revocations();
  auto chain = Chain::make(config, (*cache)->cache(), opened->store->chain_keys, clock, metrics);
  if (!chain) return fail("configuration_refused", chain.error());
  oauth::AuditKey audit_key(opened->store->server_secrets, *sealer, clock, random);
  oauth::AuditLog audit(opened->store->audit, audit_key, clock, random);
  CountedCache holdings((*cache)->cache(), "wallet_holdings", metrics);
  auto wallets = make_wallets(config, *opened->database, *opened->store, *sealer, holdings, audit, clock, random);
  if (!wallets) return fail("configuration_refused", wallets.error());
  oauth::EntitlementSource* const entitlements = (*wallets)->has_entitlements() ? &(*wallets)->entitlements : nullptr;
  App app(make_settings(config), config.trusted_origins, config.admin_bap_ids,
          {*opened->store, *sealer, **outbound, clock, random, signing_pool, (*cache)->limiter(), (*chain)->resolver(),
           (*cache)->cache(), revocations, entitlements, &steady},
          **wallets, audit, metrics);
  // However this ends: until then Redis' thread tells `app` what it hears.
  struct Hush {
    SharedCache& cache;
    ~Hush() { cache.stop(); }
  } hush{**cache};
  opened->database->tell_of_revocations([&app] { return app.revoked(); });
  if (auto started = core::run_to_end(app.start()); !started) return fail("keys_refused", with_way_on(started.error()));
  if (auto started = core::run_to_end(audit_key.start()); !started)
    return fail("audit_key_refused", with_way_on(started.error()));
  if (auto begun = core::run_to_end(audit.open("serve")); !begun) return fail("audit_log_refused", begun.error());
  if (!config.clients_file.empty()) {
    if (auto applied = core::run_to_end(apply_clients_file(*opened->store, clock, config.clients_file, audit));
        !applied) {
      return fail("clients_file_refused", applied.error());
    }
  }

  http::ServerOptions public_options = public_server_options(config);
  public_options.render_error = transport_error;
  public_options.finish = add_security_headers;
  auto traces = TraceExporter::make(config, metrics);
  if (!traces) return fail("configuration_refused", traces.error());
  if (*traces)
    public_options.on_span = [&exporter = **traces](http::RequestSpan span) { exporter.add(std::move(span)); };
  const PublicLimits limits{config.body_limit, config.backup_limit,
                            config.rate_limits ? config.rate_limit_per_minute : RateLimits::off(), (*cache)->limiter(),
                            app.audit};
  std::optional<store::LoopAccess> loops;
  const auto loop_counts = std::make_shared<store::LoopCounts>();
  if (auto connector = make_loop_connector(config, loop_counts)) loops.emplace(*opened->database, std::move(connector));
  Vitals vitals(metrics, {*opened->database, *opened->connections, opened->max_connections, *loop_counts, signing_pool,
                          app, audit});
  AdminContext admin{config, *opened->store, app.keys, clock, random, metrics, vitals, **cache, app.audit, **wallets};
  std::vector<http::Route> public_table = public_routes(app, limits);
  for (http::Route& route : administrator_routes(app, admin, limits.rates, limits.limiter))
    public_table.push_back(std::move(route));
  http::Server public_server(std::move(public_options), std::make_shared<http::Router>(std::move(public_table)), random,
                             metrics);

  http::ServerOptions admin_options = admin_server_options(config);
  admin_options.render_error = admin_transport_error(admin);
  http::Server admin_server(std::move(admin_options), std::make_shared<http::Router>(admin_routes(admin)), random,
                            metrics);

  ::malloc_trim(0);  // what only the start needed

  // From the first answer on a signal means an orderly end.
  asio::io_context background;
  asio::signal_set hangup(background, SIGHUP), terminate(background, SIGTERM, SIGINT);
  if (auto started = admin_server.start(); !started) return fail("listen_failed", started.error());
  if (auto started = public_server.start(); !started) {
    admin_server.stop();
    admin.readiness.stop();
    return fail("listen_failed", started.error());
  }
  admin.ready = true;
  if (told_by_database) told_by_database->start();
  core::log::info("serving", {{"base_url", config.base_url},
                              {"listen", config.listen},
                              {"admin_listen", config.admin_listen},
                              {"store", opened->embedded ? "sqlite" : "postgresql"},
                              {"cache", (*cache)->shared() ? "redis" : "in_process"}});

  if (config.base_url.starts_with("http://") && !is_loopback_origin(config.base_url)) {
    core::log::warn("base_url_not_encrypted",
                    {{"base_url", config.base_url},
                     {"description", "Cookies and codes can be read on the way; use https (docs/how-to/deploy.md)."}});
  }

  asio::co_spawn(background, look_after_keys(app), asio::detached);
  asio::co_spawn(background, remove_expired(app, vitals), asio::detached);
  asio::co_spawn(background, measure(app, *opened, vitals), asio::detached);
  asio::co_spawn(background, deliver_logouts(app, metrics), asio::detached);
  asio::co_spawn(background, refresh_profiles(app, **chain), asio::detached);
  asio::co_spawn(background, write_audit(app, config.audit_retention), asio::detached);
  if (*traces) asio::co_spawn(background, (*traces)->run(), asio::detached);
  std::function<void()> wait_for_hangup = [&] {
    hangup.async_wait([&](boost::system::error_code error, int) {
      if (error) return;
      if (auto reloaded = public_server.reload_tls(); !reloaded) core::log::error("tls_not_reloaded", reloaded.error());
      wait_for_hangup();
    });
  };
  wait_for_hangup();
  terminate.async_wait([&](boost::system::error_code, int) { background.stop(); });
  background.run();

  // Unready first, and no connection is kept, so that load balancers look elsewhere; then no new connections; then the
  // rest is answered. A second signal ends the process at once.
  core::log::info("stopping", {});
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  admin.ready = false;
  public_server.retire();
  std::this_thread::sleep_for(config.drain_delay);
  const bool complete = public_server.drain(config.drain_timeout);
  public_server.stop();
  admin_server.drain(std::chrono::seconds{1});
  admin_server.stop();
  admin.readiness.stop();
  if (told_by_database) told_by_database->stop();
  (*cache)->stop();
  (*outbound)->stop();
  (*chain)->stop();
  if (*traces) (*traces)->stop();
  (*wallets)->stop();
  const auto closed = core::run_to_end_within(kAuditPatience, audit.close());
  if (!closed) {
    audit.give_up();
    core::log::error("database_silent",
                     {{"description", "The audit log could not be ended. Its last events are above."}});
    core::log::flush();
    std::_Exit(1);  // threads wait for the database, and nobody could interrupt them
  }
  if (!*closed) core::log::error("audit_not_written", closed->error());
  signing_pool.stop();
  opened->database->stop();
  core::log::info("stopped", {{"all_answered", complete}});
  core::log::flush();
  return 0;
}

}  // namespace sigma::service
