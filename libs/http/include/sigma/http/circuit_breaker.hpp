#pragma once
#include <mutex>

#include "sigma/core/clock.hpp"
#include "sigma/http/fetcher.hpp"

namespace sigma::http {

struct CircuitBreakerOptions {
  int failures = 5;                          ///< in a row, until the peer is left alone
  core::Milliseconds pause{10'000};          ///< how long; then one request tries again
  core::Milliseconds longest_pause{60'000};  ///< each try that fails doubles the pause up to here
};

/// Leaves a peer alone that does not answer: while the circuit is open, requests fail at once (Code::unavailable) and
/// nobody waits for a time-out. A failure is an outage, a missed deadline or a status of 500 and above; an answer that
/// the reader does not like is none. For one peer. Thread-safe.
class CircuitBreaker final : public Fetcher {
 public:
  CircuitBreaker(Fetcher& fetcher, const core::Clock& clock, CircuitBreakerOptions options = {})
      : fetcher_(fetcher), clock_(clock), options_(options), pause_(options.pause) {}

  core::Task<core::Result<Response>> fetch(FetchRequest request) override;
  bool open() const;

 private:
  enum class Pass { normal, trial, refused };

  Pass ask();
  void record(Pass pass, const core::Result<Response>& answer);

  Fetcher& fetcher_;
  const core::Clock& clock_;
  const CircuitBreakerOptions options_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  core::UtcTime reopens_at_;  ///< while open: when one request may try
  core::Milliseconds pause_;
};

}  // namespace sigma::http
