#include "sigma/http/circuit_breaker.hpp"

#include <algorithm>

namespace sigma::http {
namespace {

bool is_outage(const core::Result<Response>& answer) {
  if (answer) return answer->status >= 500;
  return answer.error().code() == core::Code::unavailable || answer.error().code() == core::Code::deadline;
}

}  // namespace

core::Task<core::Result<Response>> CircuitBreaker::fetch(FetchRequest request) {
  const Pass pass = ask();
  if (pass == Pass::refused) {
    co_return core::Error{core::Code::unavailable, "The other server has failed several times and is left alone."};
  }
  auto answer = co_await fetcher_.fetch(std::move(request));
  record(pass, answer);
  co_return answer;
}

bool CircuitBreaker::open() const {
  const std::scoped_lock lock(mutex_);
  return failures_ >= options_.failures;
}

CircuitBreaker::Pass CircuitBreaker::ask() {
  const std::scoped_lock lock(mutex_);
  if (failures_ < options_.failures) return Pass::normal;
  const core::UtcTime now = clock_.now();
  if (now < reopens_at_) return Pass::refused;
  reopens_at_ = now + pause_;  // the others go on failing while this one tries
  return Pass::trial;
}

void CircuitBreaker::record(Pass pass, const core::Result<Response>& answer) {
  // Our own queue being full says nothing about the peer.
  if (!answer && answer.error().code() == core::Code::overloaded) return;
  const std::scoped_lock lock(mutex_);
  if (!is_outage(answer)) {
    failures_ = 0;
    pause_ = options_.pause;
    return;
  }
  const bool was_open = failures_ >= options_.failures;
  if (was_open && pass != Pass::trial) return;  // sent before the circuit opened
  if (was_open) {
    pause_ = std::min(pause_ * 2, options_.longest_pause);
  } else {
    ++failures_;
  }
  reopens_at_ = clock_.now() + pause_;
}

}  // namespace sigma::http
