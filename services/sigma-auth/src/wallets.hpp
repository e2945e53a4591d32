#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/cache/cache.hpp"
#include "sigma/http/circuit_breaker.hpp"
#include "sigma/http/client.hpp"
#include "sigma/store/wallet_store.hpp"
#include "sigma/wallet/entitlement_book.hpp"
#include "sigma/wallet/holdings.hpp"
#include "sigma/wallet/ordinals_indexer.hpp"
#include "sigma/wallet/wallet_book.hpp"

namespace sigma::service {

/// The way to the indexer, and what it said lately. A client of its own: its deadline is that of one answer.
struct Indexer {
  Indexer(const Config& config, std::unique_ptr<http::Client> client_, cache::Cache& cache, const core::Clock& clock);

  const core::SteadyClock steady;
  std::unique_ptr<http::Client> client;
  http::CircuitBreaker breaker;
  wallet::OrdinalsIndexer ordinals;
  wallet::Holdings holdings;
};

/// Wallets and what follows from them, assembled: what routes/wallets.cpp and routes/holdings.cpp call. Lives as long
/// as the servers.
struct Wallets {
  Wallets(const Config& config, store::Database& database, store::Store& store, const crypto::Sealer& sealer,
          std::unique_ptr<Indexer> indexer_, wallet::EntitlementRules rules, oauth::Audit& audit,
          const core::Clock& clock, core::Random& random);

  /// Something for entitlements to be worked out from.
  bool has_entitlements() const;
  /// At the end, while the executors of the servers still exist but run no more.
  void stop();

  store::WalletStore rows;
  store::EntitlementStore entitlement_rows;
  wallet::WalletBook book;
  std::unique_ptr<Indexer> indexer;  ///< null: none configured
  wallet::Holdings* const holdings;  ///< null with `indexer`
  wallet::EntitlementBook entitlements;

 private:
  const bool has_admins_;
};

/// What make_wallets would refuse in SIGMA_ENTITLEMENTS_FILE.
core::Result<void> check_entitlements_file(const Config& config);

/// Reads the operator's rules and prepares the way to the indexer. Code::invalid_input that names the setting.
core::Result<std::unique_ptr<Wallets>> make_wallets(const Config& config, store::Database& database,
                                                    store::Store& store, const crypto::Sealer& sealer,
                                                    cache::Cache& cache, oauth::Audit& audit, const core::Clock& clock,
                                                    core::Random& random);

}  // namespace sigma::service
