#pragma once
#include "sigma/core/single_flight.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

/// Whether the store answers, for load balancers that ask every second. Of a store that has gone silent (a cable is
/// pulled) the drivers know only after many seconds; whoever asks here waits for kPatience at most, and all who ask
/// meanwhile wait for the same question.
class Readiness {
 public:
  /// Shorter than the time-outs of the probes in deploy/ and of `sigma-auth health`.
  static constexpr core::Milliseconds kPatience{2'000};

  explicit Readiness(store::Maintenance& store) : store_(store) {}

  /// Code::unavailable when the store says no, or nothing in time.
  core::Task<core::Result<void>> ask();
  /// When the admin listener has stopped, before it is destroyed: nobody is answered any more. Idempotent.
  void stop() { pings_.stop(); }

 private:
  store::Maintenance& store_;
  core::SingleFlight<void> pings_{1};
};

}  // namespace sigma::service
