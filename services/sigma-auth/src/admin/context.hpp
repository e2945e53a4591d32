#pragma once
#include <atomic>

#include "admin/idempotency.hpp"
#include "admin/readiness.hpp"
#include "config.hpp"
#include "shared_cache.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/random.hpp"
#include "sigma/oauth/accounts/account_book.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/registration/client_registry.hpp"
#include "sigma/store/store.hpp"
#include "vitals.hpp"
#include "wiring.hpp"

namespace sigma::service {

struct Wallets;

/// What the admin listener's handlers work with. Lives as long as the server.
struct AdminContext {
  const Config& config;
  store::Store& store;
  oauth::KeyManager& keys;
  const core::Clock& clock;
  core::Random& random;
  core::Metrics& metrics;
  Vitals& vitals;
  SharedCache& cache;
  oauth::Audit& audit;
  Wallets& wallets;

  std::atomic<bool> ready{false};  ///< while the public listener takes requests: /health/ready says so
  Readiness readiness{store.maintenance};
  oauth::ClientRegistry clients{store.clients, clock, random,
                                oauth::registration_rules(oauth::Registrar::administrator, make_settings(config))};
  oauth::AccountBook accounts{store, clock};
  IdempotencyKeys idempotency{};
};

}  // namespace sigma::service
