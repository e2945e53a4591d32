#include "sigma/oauth/device/attempt_limiter.hpp"

#include <boost/asio/ip/address.hpp>

namespace sigma::oauth {

core::Task<core::Result<AttemptLimiter::Wait>> WindowLimiter::take(std::string key) {
  co_return count(key);
}

core::Task<core::Result<void>> WindowLimiter::give_back(std::string key) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end() && found->second->attempts > 0)
    --found->second->attempts;
  co_return core::Result<void>{};
}

std::size_t WindowLimiter::remembered_keys() const {
  const std::scoped_lock lock(mutex_);
  return windows_.size();
}

AttemptLimiter::Wait WindowLimiter::count(const std::string& key) {
  const core::UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  while (!windows_.empty() && windows_.front().ends_at <= now) forget_oldest();
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (windows_.size() >= limit_.max_keys) forget_oldest();
    windows_.push_back({key, now + limit_.window, 0});
    found = by_key_.emplace(windows_.back().key, std::prev(windows_.end())).first;
  }
  Window& window = *found->second;
  if (window.attempts < limit_.max_attempts) {
    ++window.attempts;
    return std::nullopt;
  }
  return std::chrono::ceil<std::chrono::seconds>(window.ends_at - now);
}

void WindowLimiter::forget_oldest() {
  by_key_.erase(windows_.front().key);
  windows_.pop_front();
}

std::string network_of(std::string_view ip_address) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(ip_address, error);
  if (error || address.is_v4()) return std::string(ip_address);
  const auto v6 = address.to_v6();
  const auto bytes = v6.to_bytes();
  if (v6.is_v4_mapped()) return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
  return fmt::format("{:02x}{:02x}:{:02x}{:02x}:{:02x}{:02x}:{:02x}{:02x}::/64", bytes[0], bytes[1], bytes[2], bytes[3],
                     bytes[4], bytes[5], bytes[6], bytes[7]);
}

}  // namespace sigma::oauth
