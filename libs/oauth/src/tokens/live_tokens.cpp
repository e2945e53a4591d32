#include "sigma/oauth/tokens/live_tokens.hpp"

namespace sigma::oauth {
namespace {

constexpr const char* kChannel = "revocations";

}  // namespace

LiveTokens::LiveTokens(store::LiveAccessStore& store, ClientDirectory& clients, const core::Clock& clock,
                       cache::PubSub* revocations)
    : store_(store), clients_(clients), clock_(clock), revocations_(revocations) {
  if (revocations_ == nullptr) return;
  revocations_->subscribe(
      kChannel, {.on_message = [this](std::string_view) { forget_all(); }, .on_gap = [this] { forget_all(); }});
}

core::Task<Result<std::shared_ptr<const LiveToken>>> LiveTokens::find(store::SecretHash hash) {
  using Found = std::shared_ptr<const LiveToken>;
  if (Found known = recall(hash)) co_return known->token.expires_at <= clock_.now() ? nullptr : known;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
  }
  const auto read_at = Clock::now();
  SIGMA_CO_TRY(auto found, co_await store_.find(hash));
  if (!found || found->token.revoked_at || found->token.expires_at <= clock_.now()) co_return Found();
  if (!found->client || found->client->disabled || !clients_.counts(*found->client)) co_return Found();
  if (found->token.user_id && (!found->user || found->user->disabled)) co_return Found();
  Found live = std::make_shared<const LiveToken>(std::move(found->token), std::move(*found->client),
                                                 std::move(found->user), std::move(found->profile));
  if (revocations_ != nullptr && revocations_->listening()) remember({std::move(hash), live, read_at}, generation);
  co_return live;
}

core::Task<> LiveTokens::revoked() {
  if (revocations_ == nullptr) co_return;
  forget_all();
  // Lost when the PubSub is down: then the others do not hear, know it, and remember nothing; or the bound ends it.
  (void)co_await revocations_->publish(kChannel, "");
}

std::shared_ptr<const LiveToken> LiveTokens::recall(const store::SecretHash& hash) {
  if (revocations_ == nullptr || !revocations_->listening()) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = by_hash_.find(hash.str());
  if (found == by_hash_.end() || Clock::now() - found->second->read_at >= kStaleness) return nullptr;
  return found->second->token;
}

void LiveTokens::remember(Entry entry, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  const auto forget = [this](std::list<Entry>::iterator old) {
    by_hash_.erase(old->hash.str());
    entries_.erase(old);
  };
  if (const auto known = by_hash_.find(entry.hash.str()); known != by_hash_.end()) forget(known->second);
  while (!entries_.empty() &&
         (entries_.size() >= kMaxRemembered || entry.read_at - entries_.front().read_at >= kStaleness))
    forget(entries_.begin());
  entries_.push_back(std::move(entry));
  by_hash_.emplace(entries_.back().hash.str(), std::prev(entries_.end()));
}

void LiveTokens::forget_all() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  by_hash_.clear();
  entries_.clear();
}

std::size_t LiveTokens::remembered() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace sigma::oauth
