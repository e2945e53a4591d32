#include "sigma/oauth/sessions/session_renewal.hpp"

#include <algorithm>

namespace sigma::oauth {

core::Task<Result<bool>> renew_session(store::SessionStore& sessions, store::Session& session, const Settings& settings,
                                       core::UtcTime now) {
  const core::UtcTime expires_at = now + settings.session_lifetime;
  // By what is left, not by updated_at, which other changes move as well.
  const auto renew_after = std::min(settings.session_renew_after, settings.session_lifetime / 2);
  if (expires_at - session.expires_at < renew_after) co_return false;
  SIGMA_CO_TRY(const bool renewed, co_await sessions.renew(session.id, now, expires_at));
  if (!renewed) co_return false;  // ended meanwhile
  session.updated_at = now;
  session.expires_at = expires_at;
  co_return true;
}

}  // namespace sigma::oauth
