// The life of the server: start, run, lock, end.
#include "serve.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <fstream>
#include <sstream>

#include "api/render.hpp"
#include "api/routes.hpp"
#include "pages.hpp"
#include "provider/provider.hpp"
#include "provider/routes.hpp"
#include "server_address.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/http/client.hpp"
#include "sigma/http/server.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kUpkeep{5};
constexpr int kProviderUpkeep = 12;  ///< each time that many of the above have passed
constexpr std::chrono::seconds kDrain{3};
constexpr std::size_t kMaxConnections = 256;

int fail(std::string_view event, const core::Error& error) {
  core::log::error(event, {{"description", error.description()}, {"cause", error.cause()}});
  core::log::flush();
  return 1;
}

/// Secrets must not reach a core dump, and no other program of this user may look into this one.
void keep_secrets_inside() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

/// One person, few requests: the memory of many arenas would only lie idle.
void stay_small() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before the first thread
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  // NOLINTEND(concurrency-mt-unsafe)
}

/// Gives back what only the start needed: freed memory, and pages of programs' code, which come back from the page
/// cache when they are used.
void forget_the_start() {
  ::malloc_trim(0);
  std::ifstream maps("/proc/self/maps");
  std::string line, rights;
  while (std::getline(maps, line)) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    // Never written, and a file lies behind it: nothing can be lost.
    if (rights != "r-xp" || line.find(" /") == std::string::npos) continue;
    auto* const code = reinterpret_cast<void*>(begin);  // NOLINT(performance-no-int-to-ptr): the kernel writes numbers
    ::madvise(code, end - begin, MADV_DONTNEED);
  }
}

/// Whether there is an IPv6 loopback at all. Where there is, browsers may look there for http://localhost.
bool has_ipv6_loopback() {
  using asio::ip::tcp;
  asio::io_context context;
  tcp::acceptor probe(context);
  boost::system::error_code error;
  probe.open(tcp::v6(), error);
  if (!error) probe.bind({asio::ip::address_v6::loopback(), 0}, error);
  return error != boost::system::errc::address_family_not_supported &&
         error != boost::system::errc::address_not_available;
}

core::Error cannot_listen(const core::Error& why) {
  return {
      why.code(),
      why.description() +
          " Browsers would take whoever else answers there for TokenPass: end it, or choose another TOKENPASS_PORT."};
}

http::ServerOptions server_options(const Config& config, const std::string& address) {
  http::ServerOptions options;
  options.name = address;
  options.listen = fmt::format("{}:{}", address, config.port);
  options.limits.connections = kMaxConnections;
  options.limits.request_timeout = std::chrono::seconds{120};  // stretching on a busy machine, the cloud
  // The defence against DNS rebinding: a page that points its own name at this machine sends its own name.
  for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) {
    options.allowed_hosts.push_back(fmt::format("{}:{}", name, config.port));
    if (config.port == 80) options.allowed_hosts.emplace_back(name);
  }
  options.render_error = [&config](const http::Request& request, int status, std::string_view description) {
    return transport_error(config, request, status, description);
  };
  options.finish = [&config](const http::Request& request, http::Response& response) {
    add_common_headers(config, request, response);
  };
  return options;
}

core::Task<> look_after(App& app) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int turn = 1;; ++turn) {
    timer.expires_after(kUpkeep);
    co_await timer.async_wait(asio::use_awaitable);
    if (app.wallet.overdue()) {
      core::log::info("locked", {{"because", "not used"}});
      app.wallet.lock();
    }
    co_await app.save_sites();
    if (app.provider && turn % kProviderUpkeep == 0) co_await app.provider->tend();
  }
}

struct Outside {
  std::unique_ptr<http::Client> strangers;  ///< what others name is fetched over https, and not from this network
  std::unique_ptr<http::Client> neighbour;  ///< the cloud when it is our own provider on this machine; else null

  http::Client& cloud() { return neighbour ? *neighbour : *strangers; }
  void stop() {
    strangers->stop();
    if (neighbour) neighbour->stop();
  }
};

core::Result<Outside> make_outside(const Config& config) {
  http::ClientOptions options;
  options.body_limit = 4 * 1024 * 1024;
  Outside outside;
  SIGMA_TRY(outside.strangers, http::Client::make(options));
  if (config.sync_url.starts_with("http://") || config.bap_api_url.starts_with("http://")) {
    options.allow_plain_http = options.allow_private_addresses = true;
    SIGMA_TRY(outside.neighbour, http::Client::make(options));
  }
  return outside;
}

// A wallet opens also when the provider cannot.
void open_provider(App& app, http::Fetcher& outbound) {
  auto provider = Provider::open(app.config, outbound, app.clock, app.random);
  if (provider) {
    app.provider = std::move(*provider);
  } else {
    core::log::error("provider_not_opened", provider.error());
  }
}

}  // namespace

int serve(const Config& config) {
  stay_small();
  keep_secrets_inside();
  core::log::start(config.log_level, core::log::Format::text);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);

  if (auto made = vault::make_private_folder(config.folder); !made) return fail("folder_refused", made.error());
  const auto lock = vault::FolderLock::take(config.folder / "tokenpass.lock");
  if (!lock) return fail("folder_in_use", lock.error());
  ServerAddress::forget(config.folder);
  auto record = PublicRecord::load(config.folder / "tokenpass.json");
  if (!record) return fail("record_refused", record.error());
  auto outside = make_outside(config);
  if (!outside) return fail("client_refused", outside.error());

  const core::SystemClock clock;
  crypto::SystemRandom random;
  core::Metrics metrics;
  App app(config, std::move(*record), clock, random, &outside->cloud());
  open_provider(app, *outside->strangers);

  std::vector<http::Route> routes = all_routes(app);
  for (http::Route& route : provider_routes(app)) routes.push_back(std::move(route));
  for (http::Route& page : page_routes(config)) routes.push_back(std::move(page));
  const auto router = std::make_shared<http::Router>(std::move(routes));
  // Before the first answer: whoever has got one may end the server in an orderly way.
  asio::io_context background;
  asio::signal_set terminate(background, SIGTERM, SIGINT);
  std::vector<std::unique_ptr<http::Server>> servers;
  for (const std::string& address : config.addresses) {
    if (!servers.empty() && address == "[::1]" && !has_ipv6_loopback()) continue;
    auto server = std::make_unique<http::Server>(server_options(config, address), router, random, metrics);
    if (auto started = server->start(); !started) return fail("listen_failed", cannot_listen(started.error()));
    servers.push_back(std::move(server));
  }
  const ServerAddress where(config.folder);
  if (auto told = where.tell(fmt::format("http://{}:{}", config.addresses.front(), servers.front()->port())); !told) {
    return fail("folder_refused", told.error());
  }
  forget_the_start();
  core::log::info("serving", {{"url", config.base_url()}, {"folder", config.folder.string()}});

  asio::co_spawn(background, look_after(app), asio::detached);
  terminate.async_wait([&](boost::system::error_code, int) { background.stop(); });
  background.run();

  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  app.prompts.forget_all();
  for (const auto& server : servers) server->drain(kDrain);
  for (const auto& server : servers) server->stop();
  outside->stop();
  app.worker.stop();
  app.wallet.lock();
  if (app.provider) app.provider->stop();
  core::log::info("stopped", {});
  core::log::flush();
  return 0;
}

}  // namespace sigma::tokenpass
