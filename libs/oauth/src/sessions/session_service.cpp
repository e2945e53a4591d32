#include "sigma/oauth/sessions/session_service.hpp"

#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
core::Task<Result<std::optional<store::SessionWithUser>>> SessionService::find(std::string session_token) {
  const core::UtcTime now = clock_.now();
  SIGMA_CO_TRY(auto found, co_await sessions_.find(hash_secret(session_token), now));
  if (!found || found->user.disabled) co_return std::optional<store::SessionWithUser>{};
  if (found->session.active_bap_id) profiles_.notice(*found->session.active_bap_id);
  co_return std::move(found);
}

core::Task<Result<void>> SessionService::sign_out(store::SessionId id) {
  SIGMA_CO_CHECK(co_await sessions_.remove(std::move(id), clock_.now()));
  co_return Result<void>{};
}

core::Task<Result<std::vector<store::Session>>> SessionService::list(store::UserId user) {
  SIGMA_CO_TRY(auto sessions, co_await sessions_.list(std::move(user), clock_.now()));
  co_return sessions;
}

core::Task<Result<void>> SessionService::revoke(store::UserId user, std::string id_or_token) {
  store::SecretHash hash = hash_secret(id_or_token);
  SIGMA_CO_CHECK(co_await sessions_.remove_own(std::move(user), store::SessionId{std::move(id_or_token)},
                                               std::move(hash), clock_.now()));
  co_return Result<void>{};
}

core::Task<Result<void>> SessionService::revoke_all(store::UserId user, std::optional<store::SessionId> keep) {
  SIGMA_CO_CHECK(co_await sessions_.remove_all(std::move(user), std::move(keep), clock_.now()));
  co_return Result<void>{};
}

core::Task<Result<std::optional<store::Profile>>> SessionService::set_active_identity(
    store::SessionWithUser session, std::optional<store::BapId> bap_id) {
  std::optional<store::Profile> profile;
  if (bap_id) {
    SIGMA_CO_TRY(profile, co_await users_.find_profile(*bap_id));
    if (!profile || profile->user_id != session.user.id)
      co_return Error{ErrorCode::not_a_member, "This identity is not one of yours; sign in with its member key first."};
  }
  const core::UtcTime now = clock_.now();
  SIGMA_CO_CHECK(co_await sessions_.set_active_identity(session.session.id, std::move(bap_id), now,
                                                        now + settings_.session_lifetime));
  co_return std::move(profile);
}

}  // namespace sigma::oauth
