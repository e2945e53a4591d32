#include "loop_statements.hpp"

namespace sigma::store {

Task<Result<bool>> ReplayGuard::first_use(std::string key, UtcTime now, UtcTime remember_until) {
  static const Query kRemember(
      "INSERT INTO used_keys (key, expires_at) VALUES ($1, $2) "
      "ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE used_keys.expires_at <= $3");
  SIGMA_CO_TRY(const auto changed, co_await change_on_loop(db_, key, kRemember, {sql::Blob{key}, remember_until, now}));
  if (changed) co_return *changed > 0;
  WriteTraits traits{.key = key, .single_statement = true};
  co_return co_await db_.write(
      std::move(traits), [key = std::move(key), now, remember_until](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto remembered, change(connection, kRemember, {sql::Blob{key}, remember_until, now}));
        return remembered > 0;
      });
}

}  // namespace sigma::store
