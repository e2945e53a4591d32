// TokenPass as an OpenID provider of its own (docs/decisions/0019): the protocol engine over a small database that lies
// beside the wallet.
#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/bap/resolver.hpp"
#include "sigma/cache/memory.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/fetcher.hpp"
#include "sigma/oauth/engine.hpp"
#include "sigma/store/store.hpp"

namespace sigma::tokenpass {

class Provider {
 public:
  /// Blocks, for start-up: makes or opens "provider.db" and "provider.secret" in the folder. `outbound` reads the
  /// documents of clients that describe themselves; it, clock and random outlive the provider.
  static core::Result<std::unique_ptr<Provider>> open(const Config& config, http::Fetcher& outbound,
                                                      const core::Clock& clock, core::Random& random);
  ~Provider();

  oauth::Engine& engine() { return engine_; }
  /// Counts the registration of a client by a page. False when its origin, or all pages together, have used up what
  /// they may: what programs need of a day's registrations is left.
  core::Task<bool> admit_page(std::string origin);
  /// What is to be done once in a while: the next signing key, rows that nobody needs any more.
  core::Task<> tend();
  /// Finishes what the database has to do; before the loops of its callers end.
  void stop();

 private:
  Provider(const Config& config, crypto::Sealer sealer, std::unique_ptr<store::Database> database,
           http::Fetcher& outbound, const core::Clock& clock, core::Random& random);

  const crypto::Sealer sealer_;
  const std::unique_ptr<store::Database> database_;
  store::Store store_;
  core::WorkPool signing_pool_;
  cache::MemoryRateLimiter limiter_;
  cache::MemoryCache cache_;
  core::Metrics metrics_;
  bap::Resolver chain_;  ///< of nobody: the wallet itself says who its identities are
  oauth::Engine engine_;
};

}  // namespace sigma::tokenpass
