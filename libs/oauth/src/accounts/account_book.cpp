#include "sigma/oauth/accounts/account_book.hpp"

namespace sigma::oauth {

core::Task<store::Found<Account>> AccountBook::find(store::UserId id) {
  SIGMA_CO_TRY(auto user, co_await store_.users.find(id));
  if (!user) co_return std::optional<Account>{};
  SIGMA_CO_TRY(auto identities, co_await store_.users.list_profiles(std::move(id)));
  co_return Account{std::move(*user), std::move(identities)};
}

core::Task<core::Result<std::vector<store::Session>>> AccountBook::sessions(store::UserId id) {
  return store_.sessions.list(std::move(id), clock_.now());
}

core::Task<store::Found<Account>> AccountBook::set_disabled(store::UserId id, bool disabled) {
  SIGMA_CO_TRY(const bool known, co_await store_.accounts.set_disabled(id, disabled, clock_.now()));
  if (!known) co_return std::optional<Account>{};
  co_return co_await find(std::move(id));
}

core::Task<core::Result<bool>> AccountBook::remove(store::UserId id) {
  return store_.accounts.remove(std::move(id), clock_.now());
}

core::Task<core::Result<bool>> AccountBook::end_session(store::SessionId id) {
  return store_.sessions.remove(std::move(id), clock_.now());
}

}  // namespace sigma::oauth
