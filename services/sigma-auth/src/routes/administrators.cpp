#include "routes/administrators.hpp"

#include <algorithm>

namespace sigma::service {

core::Task<oauth::Result<bool>> is_administrator(App& app, store::UserId user) {
  if (app.administrators.empty()) co_return false;
  SIGMA_CO_TRY(const auto identities, co_await app.identities.of_user(std::move(user)));
  co_return std::ranges::any_of(identities, [&](const store::Profile& identity) {
    return std::ranges::find(app.administrators, identity.bap_id.str()) != app.administrators.end();
  });
}

}  // namespace sigma::service
