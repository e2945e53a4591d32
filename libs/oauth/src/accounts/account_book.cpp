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

core::Task<store::Found<std::size_t>> AccountBook::end_sessions(store::UserId id) {
  return store_.sessions.remove_all(std::move(id), std::nullopt, clock_.now());
}

core::Task<core::Result<std::size_t>> AccountBook::withdraw_consents(store::UserId id, store::ClientId client) {
  SIGMA_CO_TRY(const auto consents, co_await store_.consents.list(id));
  std::size_t withdrawn = 0;
  for (const store::Consent& consent : consents) {
    if (consent.client_id != client) continue;
    SIGMA_CO_TRY(const bool was_there, co_await store_.consents.withdraw(id, client, consent.bap_id, clock_.now()));
    if (was_there) ++withdrawn;
  }
  co_return withdrawn;
}

}  // namespace sigma::oauth
