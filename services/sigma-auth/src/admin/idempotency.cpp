#include "admin/idempotency.hpp"

#include <algorithm>

namespace sigma::service {
namespace {

constexpr std::size_t kMaxKeys = 1'000;
constexpr core::Milliseconds kKept = std::chrono::hours(24);

}  // namespace

bool IdempotencyKeys::make_room(core::UtcTime now) {
  std::erase_if(entries_,
                [&](const auto& entry) { return entry.second.answer && entry.second.begun_at + kKept <= now; });
  if (entries_.size() < kMaxKeys) return true;
  auto oldest = entries_.end();
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (!at->second.answer) continue;
    if (oldest == entries_.end() || at->second.begun_at < oldest->second.begun_at) oldest = at;
  }
  if (oldest == entries_.end()) return false;
  entries_.erase(oldest);
  return true;
}

IdempotencyKeys::Begin IdempotencyKeys::begin(const std::string& key, const std::string& fingerprint,
                                              core::UtcTime now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) {
    Entry& entry = found->second;
    const bool expired = entry.answer && entry.begun_at + kKept <= now;
    if (!expired) {
      if (entry.fingerprint != fingerprint) return {State::other, {}};
      if (!entry.answer) return {State::in_progress, {}};
      return {State::answered, entry.answer};
    }
    entries_.erase(found);
  }
  if (!make_room(now)) return {State::full, {}};
  entries_[key] = {fingerprint, now, {}};
  return {State::begun, {}};
}

void IdempotencyKeys::finish(const std::string& key, http::Response answer) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) found->second.answer = std::move(answer);
}

void IdempotencyKeys::abandon(const std::string& key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
}

}  // namespace sigma::service
