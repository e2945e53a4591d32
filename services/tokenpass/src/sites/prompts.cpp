#include "sites/prompts.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kMaxWaiters = 256;
/// So that no site can keep the others from asking.
constexpr std::ptrdiff_t kMaxOfOrigin = 2;

bool same_scopes(const Scopes& one, const Scopes& other) {
  return covers(one, other) && covers(other, one);
}

}  // namespace

std::optional<Prompt> Prompts::ask(Prompt prompt) {
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto same = std::ranges::find_if(prompts_, [&](const Prompt& other) {
    return other.origin == prompt.origin && other.host == prompt.host && same_scopes(other.scopes, prompt.scopes);
  });
  if (same != prompts_.end()) {
    Prompt earlier = *same;
    earlier.joined = true;
    return earlier;
  }
  if (prompts_.size() >= kMaxPrompts) return std::nullopt;
  if (std::ranges::count(prompts_, prompt.origin, &Prompt::origin) >= kMaxOfOrigin) return std::nullopt;
  prompt.id = core::base64url_encode(random_.bytes(16));
  prompt.asked = clock_.now();
  prompts_.push_back(prompt);
  return prompt;
}

void Prompts::forget_old() {
  const core::UtcTime now = clock_.now();
  std::erase_if(prompts_, [&](const Prompt& prompt) { return now - prompt.asked > kLifetime; });
}

Task<bool> Prompts::wait(std::string id, std::chrono::milliseconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor);
  timer->expires_after(limit);
  {
    const std::lock_guard lock(mutex_);
    const bool waiting = std::ranges::find(prompts_, id, &Prompt::id) != prompts_.end();
    if (!waiting) co_return true;
    if (waiters_.size() >= kMaxWaiters) co_return false;
    waiters_.push_back({id, executor, timer});
  }
  const auto [cancelled] = co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.timer == timer; });
  co_return cancelled == asio::error::operation_aborted;
}

std::optional<Prompt> Prompts::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(prompts_, id, &Prompt::id);
  return found == prompts_.end() ? std::nullopt : std::optional<Prompt>(*found);
}

std::vector<Prompt> Prompts::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Prompt> waiting;
  for (const Prompt& prompt : prompts_) {
    if (clock_.now() - prompt.asked <= kLifetime) waiting.push_back(prompt);
  }
  return waiting;
}

std::optional<Prompt> Prompts::decide(std::string_view id) {
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto found = std::ranges::find(prompts_, id, &Prompt::id);
  if (found == prompts_.end()) return std::nullopt;
  Prompt prompt = std::move(*found);
  prompts_.erase(found);
  wake(prompt.id);
  return prompt;
}

void Prompts::forget_all() {
  const std::lock_guard lock(mutex_);
  for (const Prompt& prompt : prompts_) wake(prompt.id);
  prompts_.clear();
}

// Timers belong to the thread of their executor.
void Prompts::wake(std::string_view id) {
  for (const Waiter& waiter : waiters_) {
    if (waiter.id == id) asio::post(waiter.executor, [timer = waiter.timer] { timer->cancel(); });
  }
}

}  // namespace sigma::tokenpass
