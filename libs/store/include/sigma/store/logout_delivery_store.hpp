#pragma once
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// The queue of back-channel logout. SessionStore::remove() fills it; it survives restarts and is shared by replicas.
/// A row that nobody could deliver goes a day after it was made.
class LogoutDeliveryStore {
 public:
  /// Rows that may wait for one client. What comes on top is dropped: a client that never answers must not fill the
  /// disk.
  static constexpr std::int64_t kMaxWaiting = 10'000;

  explicit LogoutDeliveryStore(Database& db) : db_(db) {}

  /// Takes up to `limit` due deliveries for this caller alone, until `leased_until`, and counts the attempt. Clients
  /// take turns: one with many waiting deliveries does not hold up the others.
  core::Task<core::Result<std::vector<LogoutDelivery>>> claim(UtcTime now, UtcTime leased_until, std::size_t limit);
  /// After a failed attempt: not again before `until`. Without effect when another worker has taken it since.
  core::Task<core::Result<void>> postpone(LogoutDelivery delivery, UtcTime until);
  /// Delivered, or given up.
  core::Task<core::Result<void>> remove(LogoutDelivery delivery);

 private:
  Database& db_;
};

}  // namespace sigma::store
