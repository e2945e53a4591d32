#include "app.hpp"

#include "provider/provider.hpp"
#include "sigma/core/log.hpp"

namespace sigma::tokenpass {
namespace {

constexpr std::size_t kMaxQueued = 64;

}  // namespace

App::App(Config config_, PublicRecord record_, const core::Clock& clock_, core::Random& random_,
         http::Fetcher* fetcher_, crypto::Argon2Cost cost)
    : config(std::move(config_)),
      clock(clock_),
      random(random_),
      fetcher(fetcher_),
      record(std::move(record_)),
      sites(clock, random),
      wallet(WalletFolder(config.folder), record, sites, clock, random,
             {config.auto_lock, cost,
              [this] {
                page_sessions.end_all();
                prompts.forget_all();
              }}),
      prompts(clock, random),
      page_sessions(random),
      session_key(bitcoin::PrivateKey::generate(random)),
      worker("wallet", 1, kMaxQueued) {}

App::~App() = default;

Task<> App::save_sites() {
  auto saved = co_await worker.run([this]() -> core::Result<void> { return sites.save(); });
  if (!saved) core::log::error("sites_not_saved", {{"description", saved.error().description()}});
}

}  // namespace sigma::tokenpass
