#include "sigma/oauth/identities/profile_refresher.hpp"

namespace sigma::oauth {
namespace {

constexpr core::Milliseconds kInterval = std::chrono::hours{1};
constexpr core::Milliseconds kRetry = std::chrono::minutes{5};  ///< when the API could not be asked
constexpr std::size_t kMaxWaiting = 1'000;
constexpr std::size_t kMaxNoticed = 20'000;

}  // namespace

void ProfileRefresher::notice(const store::BapId& bap_id) {
  if (!chain_.enabled()) return;
  const core::UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (const auto known = noticed_.find(bap_id.str()); known != noticed_.end() && now - known->second < kRetry) return;
  if (waiting_.size() >= kMaxWaiting) return;
  if (noticed_.size() >= kMaxNoticed) noticed_.clear();  // the cache knows who was refreshed
  noticed_.insert_or_assign(bap_id.str(), now);
  waiting_.push_back(bap_id);
}

std::vector<store::BapId> ProfileRefresher::take(std::size_t most) {
  std::vector<store::BapId> taken;
  const std::scoped_lock lock(mutex_);
  while (!waiting_.empty() && taken.size() < most) {
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

core::Task<Result<bool>> ProfileRefresher::refresh(store::BapId bap_id) {
  const std::string mark = "bap:refreshed:" + bap_id.str();
  if (co_await cache_.get(mark)) co_return false;
  co_await cache_.put(mark, "1", kInterval);
  auto resolution = co_await chain_.ask_again(bap_id.str());
  if (!resolution.asked) co_await cache_.put(mark, "1", kRetry);
  if (!resolution.identity) co_return false;  // unknown on chain: what is kept here stands
  SIGMA_CO_TRY(const bool changed, co_await keys_.refresh_profile(
                                       std::move(bap_id), std::move(resolution.identity->profile), clock_.now()));
  co_return changed;
}

}  // namespace sigma::oauth
