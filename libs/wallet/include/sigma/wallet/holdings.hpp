// What connected wallets hold, remembered for a while.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/cache/cache.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/single_flight.hpp"
#include "sigma/core/task.hpp"
#include "sigma/wallet/ownership_provider.hpp"

namespace sigma::wallet {

struct WalletHoldings {
  std::string address;
  std::vector<Nft> nfts;
  std::optional<std::string> nft_error;  ///< what could not be read, in words for people
  bool truncated = false;                ///< there are more than kMaxNftPages * kNftPage
  std::vector<TokenBalance> balances;
  std::optional<std::string> balance_error;
  core::UtcTime fetched_at;  ///< when the asking began

  bool complete() const { return !nft_error && !balance_error; }
};

struct HoldingsOptions {
  core::Milliseconds max_age = std::chrono::minutes{5};   ///< of what is remembered
  core::Milliseconds patience = std::chrono::seconds{3};  ///< how long a caller waits; what is slower arrives later
  /// Nobody makes the server ask more often about one wallet; failures are remembered so long. Less than max_age.
  core::Milliseconds refresh_interval = std::chrono::seconds{10};
  std::size_t concurrent = 64;  ///< wallets that are asked about at the same time
};

inline constexpr std::size_t kNftPage = 100, kMaxNftPages = 10;  ///< of one wallet

/// Asks the provider, once for all who want to know at the same time, and remembers. Thread-safe.
class Holdings {
 public:
  Holdings(OwnershipProvider& provider, cache::Cache& cache, const core::Clock& clock, HoldingsOptions options)
      : provider_(provider), cache_(cache), clock_(clock), options_(options), flights_(options.concurrent) {}

  /// Of each address, in order; what is remembered counts when it is at most as old as remembered things may be, or,
  /// with `refresh`, as refresh_interval. What cannot be had is named in the errors of its wallet.
  core::Task<std::vector<WalletHoldings>> of(std::vector<std::string> addresses, bool refresh);

  /// At the end, while the executors of those who wait still exist but run no more.
  void stop() { flights_.stop(); }

 private:
  core::Task<std::optional<WalletHoldings>> remembered(std::string address, core::Milliseconds max_age);
  core::Task<core::Result<WalletHoldings>> fetch(std::string address);

  OwnershipProvider& provider_;
  cache::Cache& cache_;
  const core::Clock& clock_;
  const HoldingsOptions options_;
  core::SingleFlight<WalletHoldings> flights_;
};

}  // namespace sigma::wallet
