// Keeps the profiles of people who come by as the chain says they are.
#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "sigma/bap/resolver.hpp"
#include "sigma/cache/cache.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/chain_key_store.hpp"

namespace sigma::oauth {

/// Who signs in or goes on with a session is noticed; a worker takes what waits and refreshes it. A profile is asked
/// for once an hour at most, by all replicas together when they share a cache. Thread-safe.
class ProfileRefresher {
 public:
  ProfileRefresher(store::ChainKeyStore& keys, bap::Resolver& chain, cache::Cache& cache, const core::Clock& clock)
      : keys_(keys), chain_(chain), cache_(cache), clock_(clock) {}

  /// Costs a look into a map; when too many wait already, nothing happens.
  void notice(const store::BapId& bap_id);
  /// At most `most` of those that wait.
  std::vector<store::BapId> take(std::size_t most);
  /// True when the profile says something else now. Errors: of the store.
  core::Task<Result<bool>> refresh(store::BapId bap_id);

 private:
  store::ChainKeyStore& keys_;
  bap::Resolver& chain_;
  cache::Cache& cache_;
  const core::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, core::UtcTime> noticed_;  ///< lately
  std::deque<store::BapId> waiting_;
};

}  // namespace sigma::oauth
