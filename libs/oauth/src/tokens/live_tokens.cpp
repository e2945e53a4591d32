#include "sigma/oauth/tokens/live_tokens.hpp"

namespace sigma::oauth {

core::Task<Result<std::shared_ptr<const LiveToken>>> LiveTokens::find(store::SecretHash hash) {
  using Found = std::shared_ptr<const LiveToken>;
  if (Found known = known_.recall(hash.str())) co_return known->token.expires_at <= clock_.now() ? nullptr : known;
  const Moment begun = known_.begin();
  SIGMA_CO_TRY(auto found, co_await store_.find(hash));
  if (!found || found->token.revoked_at || found->token.expires_at <= clock_.now()) co_return Found();
  if (!found->client || found->client->disabled || !clients_.counts(*found->client)) co_return Found();
  if (found->token.user_id && (!found->user || found->user->disabled)) co_return Found();
  Found live = std::make_shared<const LiveToken>(std::move(found->token), std::move(*found->client),
                                                 std::move(found->user), std::move(found->profile));
  known_.remember(hash.str(), live, begun);
  co_return live;
}

void LiveTokens::issued(LiveToken token, Moment begun) {
  std::string key = token.token.hash.str();
  known_.remember(std::move(key), std::make_shared<const LiveToken>(std::move(token)), begun);
}

core::Task<> LiveTokens::revoked() {
  if (revocations_ == nullptr) co_return;
  known_.forget();
  // Lost when the PubSub is down: then the others do not hear, know it, and remember nothing; or the bound ends it.
  (void)co_await revocations_->publish(RecentReads<LiveToken>::kChannel, "");
}

}  // namespace sigma::oauth
