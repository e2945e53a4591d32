#pragma once
#include "config.hpp"
#include "problem.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/http/fetcher.hpp"
#include "sites/prompts.hpp"
#include "sites/sites.hpp"
#include "wallet/page_sessions.hpp"
#include "wallet/public_record.hpp"
#include "wallet/wallet.hpp"

namespace sigma::tokenpass {

class Provider;

/// Everything that requests share. Lives as long as the servers.
struct App {
  App(Config config_, PublicRecord record_, const core::Clock& clock_, core::Random& random_, http::Fetcher* fetcher_,
      crypto::Argon2Cost cost = vault::kVaultCost);
  ~App();

  const Config config;
  const core::Clock& clock;
  core::Random& random;
  http::Fetcher* const fetcher;  ///< null: nothing is fetched
  PublicRecord record;
  Sites sites;
  Wallet wallet;
  Prompts prompts;
  PageSessions page_sessions;
  const bitcoin::PrivateKey session_key;  ///< of encrypted bodies; new in every process
  core::WorkPool worker;                  ///< one thread: passwords and the disk, one after the other
  std::unique_ptr<Provider> provider;     ///< set before requests come; null when it could not be opened

  /// Runs `work` (returning Outcome<T>) on the worker.
  template <class Work, class R = std::invoke_result_t<Work&>>
  Task<R> costly(Work work) {
    co_return co_await worker.run(std::move(work));
  }
  /// What changed about sites, to the disk. Failing is logged, not told: the answer stands in memory.
  Task<> save_sites();
};

}  // namespace sigma::tokenpass
