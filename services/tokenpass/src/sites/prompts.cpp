#include "sites/prompts.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kMaxWaiters = 256;
/// So that no site can keep the others from asking.
constexpr std::ptrdiff_t kMaxOfOrigin = 2;

/// Whom a host most likely belongs to: the last two labels of a name, an address as a whole. For taking turns only:
/// strangers who share a suffix of two labels share a turn.
std::string_view owner_of(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  host = host.substr(0, host.find(':'));
  const auto last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return host;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::ranges::all_of(host.substr(last + 1), is_digit)) return host;
  const auto before = host.rfind('.', last - 1);
  return before == std::string_view::npos ? host : host.substr(before + 1);
}

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
  if (std::ranges::count(prompts_, prompt.origin, &Prompt::origin) >= kMaxOfOrigin) return std::nullopt;
  if (prompts_.size() >= kMaxPrompts && !make_room_for(prompt.host)) return std::nullopt;
  prompt.id = core::base64url_encode(random_.bytes(16));
  prompt.asked = clock_.now();
  prompts_.push_back(prompt);
  return prompt;
}

// The latest goes, so that nothing moves under who reads the first ones. Its page is told as if nobody had answered in
// time.
bool Prompts::make_room_for(std::string_view host) {
  std::map<std::string_view, std::size_t> counts;
  for (const Prompt& prompt : prompts_) ++counts[owner_of(prompt.host)];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  if (most == counts.end() || most->second < counts[owner_of(host)] + 2) return false;
  const auto latest = std::find_if(prompts_.rbegin(), prompts_.rend(),
                                   [&](const Prompt& prompt) { return owner_of(prompt.host) == most->first; });
  prompts_.erase(std::next(latest).base());
  return true;
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
