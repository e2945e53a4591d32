#include "fleet.hpp"

namespace sigma::http {

TlsContext Fleet::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void Fleet::set_tls(TlsContext tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

bool Fleet::try_add_connection() {
  gate_.metrics().connections().Increment();
  if (connections_.fetch_add(1) < gate_.limits().connections) return true;
  remove_connection();
  return false;
}

void Fleet::remove_connection() {
  gate_.metrics().connections().Decrement();
  if (connections_.fetch_sub(1) == 1 && draining_) notify();
}

void Fleet::remove_acceptor() {
  --acceptors_;
  notify();
}

void Fleet::notify() {
  const std::lock_guard lock(mutex_);
  empty_.notify_all();
}

bool Fleet::wait_until_empty(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline, [this] { return acceptors_ == 0 && connections_ == 0; });
}

}  // namespace sigma::http
