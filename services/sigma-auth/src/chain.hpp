// The way to identities on chain, put together from the configuration.
#pragma once
#include <memory>
#include <optional>

#include "config.hpp"
#include "sigma/bap/resolver.hpp"
#include "sigma/http/circuit_breaker.hpp"
#include "sigma/http/client.hpp"

namespace sigma::service {

/// A client of its own: connections to the API are kept, its deadline is the time that a sign-in may wait.
class Chain {
 public:
  /// Without SIGMA_BAP_API_URL there is only what was known before. Code::invalid_input when the certificate
  /// authorities cannot be read.
  static core::Result<std::unique_ptr<Chain>> make(const Config& config, cache::Cache& cache,
                                                   store::ChainKeyStore& keys, const core::Clock& clock,
                                                   core::Metrics& metrics);

  bap::Resolver& resolver() { return *resolver_; }
  /// Puts the state of the circuit breaker among the metrics.
  void measure();
  /// Destroys who waits, without resuming them: at the end, while their executors exist but run no more.
  void stop();

 private:
  Chain() = default;

  const core::SteadyClock steady_;
  std::unique_ptr<http::Client> client_;
  std::optional<http::CircuitBreaker> breaker_;
  std::optional<bap::BapApi> api_;
  std::optional<bap::Resolver> resolver_;
  prometheus::Gauge* open_ = nullptr;
};

/// The HTTP client for the BAP API.
core::Result<std::unique_ptr<http::Client>> make_bap_client(const Config& config);

}  // namespace sigma::service
