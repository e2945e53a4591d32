#pragma once
#include "sigma/core/task.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// What a person may do in applications, worked out elsewhere from what they hold (sigma::wallet).
class EntitlementSource {
 public:
  virtual ~EntitlementSource() = default;
  /// The user with `roles` and `subscription_tier` as they are now, no older than the operator allows. Never fails and
  /// never waits long: what cannot be found out is not granted.
  virtual core::Task<store::User> entitled(store::User user) = 0;
  /// Somebody will ask soon: whoever has to be asked for it is asked in the background. Waits for nobody but the store.
  virtual core::Task<> expect(store::UserId user) = 0;
};

}  // namespace sigma::oauth
