// From a key, or an id, to the identity on chain: cache → BAP API → what the chain said before.
#pragma once
#include <optional>
#include <string>

#include "sigma/bap/bap_api.hpp"
#include "sigma/bap/resolver_metrics.hpp"
#include "sigma/cache/cache.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/single_flight.hpp"
#include "sigma/store/chain_key_store.hpp"

namespace sigma::bap {

struct ResolverOptions {
  /// How long anybody waits in all, whatever is asked for them and whoever asked first; what is slower is kept for the
  /// next one.
  core::Milliseconds patience = std::chrono::seconds{2};
  /// A known identity is used for so long without asking, …
  core::Milliseconds fresh = std::chrono::minutes{50};
  /// … then until here while somebody asks in the background. So a replaced key is refused after this time at the
  /// latest, as long as the API answers.
  core::Milliseconds lifetime = std::chrono::hours{1};
  core::Milliseconds unknown_lifetime = std::chrono::seconds{60};  ///< of "the chain knows no such thing"
  std::size_t concurrent = 48;                                     ///< questions under way
  std::size_t for_strangers = 8;  ///< beyond so many under way, who has proven no key gets no answer from the API
};

/// What is known of a key or id.
struct Resolution {
  std::optional<ChainIdentity> identity;
  Standing standing = Standing::stranger;  ///< of the key that was asked for
  bool asked = true;  ///< false: the API could not be asked, and `identity` is what it said before, or nothing
};

enum class Asker {
  holder,    ///< has proven to hold the key
  stranger,  ///< anybody who knows the key or the id
};

/// Never fails: who cannot be looked up is not known. Thread-safe; must outlive the tasks that wait for it.
class Resolver {
 public:
  /// Without an `api` there is only what was known before.
  Resolver(BapApi* api, cache::Cache& cache, store::ChainKeyStore& keys, const core::Clock& clock,
           core::Metrics& metrics, ResolverOptions options = {});

  /// The identity that the key of a mainnet P2PKH address speaks for, or has spoken for.
  core::Task<Resolution> of_address(std::string address, Asker asker);
  core::Task<Resolution> of_id(std::string bap_id, Asker asker);
  /// As of_id() for its holder, but as the API says now.
  core::Task<Resolution> ask_again(std::string bap_id);

  bool enabled() const { return api_ != nullptr; }
  /// Destroys who waits, without resuming them: at the end, while their executors exist but run no more. Idempotent.
  void stop() { flights_.stop(); }

 private:
  struct Question;

  core::Task<Resolution> resolve(Question question, Asker asker);
  core::Task<std::optional<Resolution>> cached(Question question);
  core::Task<core::Result<Resolution>> ask(Question question);
  core::Task<BapApi::Answer> ask_api(Question question);
  core::Task<BapApi::Answer> after_a_loss(std::string address, BapApi::Answer answer);
  core::Task<Resolution> remembered(Question question);
  core::Task<void> keep(Question question, const std::optional<ChainIdentity>& identity, core::Milliseconds lifetime);

  BapApi* api_;
  cache::Cache& cache_;
  store::ChainKeyStore& keys_;
  const core::Clock& clock_;
  const ResolverOptions options_;
  ResolverMetrics metrics_;
  core::SingleFlight<Resolution> flights_;
};

}  // namespace sigma::bap
