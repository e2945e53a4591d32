// What was read from the store a moment ago and counts until somebody revokes something (decision 0016).
#pragma once
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sigma/cache/pub_sub.hpp"
#include "sigma/core/lookup_counts.hpp"

namespace sigma::oauth {

/// Served for kStaleness at most after it was read, whatever happens: that is the bound for a revocation that did not
/// arrive, because messages are lost or somebody writes to the database who tells nobody. One that arrives forgets
/// everything at once. Nothing is remembered without `revocations`, nor while they cannot be heard. Thread-safe.
template <class Value>
class RecentReads {
 public:
  using Clock = std::chrono::steady_clock;
  using Known = std::shared_ptr<const Value>;
  static constexpr std::chrono::milliseconds kStaleness{2'000};
  static constexpr const char* kChannel = "revocations";

  /// Of a reading: when it began, and which revocations it has seen.
  struct Moment {
    std::uint64_t generation;
    Clock::time_point at;
  };

  /// `revocations`: a PubSub that reaches every replica, or nullptr. `most`: entries.
  RecentReads(cache::PubSub* revocations, std::size_t most) : revocations_(revocations), most_(most) {
    if (revocations_ == nullptr) return;
    revocations_->subscribe(kChannel,
                            {.on_message = [this](std::string_view) { forget(); }, .on_gap = [this] { forget(); }});
  }

  bool remembers() const { return revocations_ != nullptr && revocations_->listening(); }

  Known recall(std::string_view key) {
    Known known = remembers() ? look_up(key) : nullptr;
    lookups_.count(known != nullptr);
    return known;
  }

  /// Before a reading.
  Moment begin() const {
    const std::lock_guard lock(mutex_);
    return {generation_, Clock::now()};
  }

  /// After it; without effect when something was revoked since it began.
  void remember(std::string key, Known value, Moment begun) {
    if (!remembers()) return;
    const std::lock_guard lock(mutex_);
    if (begun.generation != generation_) return;
    if (const auto known = by_key_.find(key); known != by_key_.end()) erase(known->second);
    while (!entries_.empty() && (entries_.size() >= most_ || begun.at - entries_.front().read_at >= kStaleness))
      erase(entries_.begin());
    entries_.push_back({std::move(key), std::move(value), begun.at});
    by_key_.emplace(entries_.back().key, std::prev(entries_.end()));
  }

  void forget() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    by_key_.clear();
    entries_.clear();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  const core::LookupCounts& lookups() const { return lookups_; }

 private:
  struct Entry {
    std::string key;
    Known value;
    Clock::time_point read_at;
  };

  Known look_up(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || Clock::now() - found->second->read_at >= kStaleness) return nullptr;
    return found->second->value;
  }

  void erase(typename std::list<Entry>::iterator old) {
    by_key_.erase(old->key);
    entries_.erase(old);
  }

  core::LookupCounts lookups_;
  cache::PubSub* const revocations_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::list<Entry> entries_;  ///< about the oldest reading first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_key_;  ///< views into entries_
};

}  // namespace sigma::oauth
