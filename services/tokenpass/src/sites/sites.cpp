#include "sites/sites.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::tokenpass {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

/// RFC 9562 §5.4.
std::string uuid_v4(core::Random& random) {
  std::string bytes = random.bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = core::hex_encode(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

bool has_scope(const Scopes& scopes, std::string_view scope) {
  return std::ranges::find(scopes, scope) != scopes.end();
}

bool covers(const Scopes& granted, const Scopes& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& scope) { return has_scope(granted, scope); });
}

std::string Sites::hash_of(std::string_view text) {
  return core::hex_encode(crypto::view(crypto::sha256(text)));
}

std::string Sites::issue(Token token) {
  const std::lock_guard lock(mutex_);
  sweep();
  std::string text = uuid_v4(random_);
  token.hash = hash_of(text);
  token.created = clock_.now();
  std::size_t of_host = 0;
  for (const Token& other : tokens_) of_host += other.host == token.host ? 1 : 0;
  // An expired one stays only to be told from an unknown one: it makes room before any that is still good.
  const auto drop = [&](auto matches) {
    auto oldest = std::ranges::find_if(
        tokens_, [&](const Token& other) { return matches(other) && other.expired(token.created); });
    if (oldest == tokens_.end()) oldest = std::ranges::find_if(tokens_, matches);
    if (oldest != tokens_.end()) tokens_.erase(oldest);
  };
  if (of_host >= kMaxTokensPerHost) drop([&](const Token& other) { return other.host == token.host; });
  if (tokens_.size() >= kMaxHosts * 2) drop([](const Token&) { return true; });
  tokens_.push_back(std::move(token));
  changed_ = true;
  return text;
}

void Sites::sweep() {
  const core::UtcTime now = clock_.now();
  std::erase_if(tokens_, [&](const Token& token) { return token.expired(now - kRememberExpired); });
  std::erase_if(approvals_,
                [&](const Approval& approval) { return approval.until_ms != 0 && approval.until_ms < now.ms; });
  if (automatic_ && automatic_->until_ms <= now.ms) automatic_.reset();
}

std::optional<Token> Sites::find(std::string_view text) const {
  const std::string hash = hash_of(text);
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(tokens_, hash, &Token::hash);
  return found == tokens_.end() ? std::nullopt : std::optional<Token>(*found);
}

std::vector<Token> Sites::tokens() const {
  const std::lock_guard lock(mutex_);
  return {tokens_.rbegin(), tokens_.rend()};
}

std::size_t Sites::revoke(std::string_view host) {
  const std::lock_guard lock(mutex_);
  const std::size_t ended = std::erase_if(tokens_, [&](const Token& token) { return token.host == host; }) +
                            std::erase_if(approvals_, [&](const Approval& approval) { return approval.host == host; });
  if (ended > 0) changed_ = true;
  except(host);
  return ended;
}

void Sites::except(std::string_view host) {
  if (!automatic_ || !automatic_->except.emplace(host).second) return;
  // No room to remember another "not this one": then nobody.
  if (automatic_->except.size() > AutoApproval::kMaxExcept) automatic_.reset();
  changed_ = true;
}

void Sites::always_ask(std::string_view host) {
  const std::lock_guard lock(mutex_);
  except(host);
}

void Sites::approve_automatically(Scopes scopes, std::int64_t until_ms) {
  const std::lock_guard lock(mutex_);
  if (!automatic_ || automatic_->until_ms <= clock_.now().ms) automatic_.emplace();
  automatic_->scopes = std::move(scopes);
  automatic_->until_ms = until_ms;
  changed_ = true;
}

std::size_t Sites::ask_again() {
  const std::lock_guard lock(mutex_);
  automatic_.reset();
  changed_ = true;
  return std::erase_if(tokens_, [](const Token& token) { return token.automatic; });
}

std::optional<AutoApproval> Sites::auto_approval() const {
  const std::lock_guard lock(mutex_);
  return automatic_ && automatic_->until_ms > clock_.now().ms ? automatic_ : std::nullopt;
}

void Sites::approve(Approval approval) {
  const std::lock_guard lock(mutex_);
  sweep();
  approval.created = clock_.now();
  std::erase_if(approvals_,
                [&](const Approval& other) { return other.origin == approval.origin && other.host == approval.host; });
  if (approvals_.size() >= kMaxApprovals) approvals_.erase(approvals_.begin());
  approvals_.push_back(std::move(approval));
  changed_ = true;
}

std::optional<Approval> Sites::find_approval(std::string_view origin, std::string_view host,
                                             const Scopes& scopes) const {
  const std::lock_guard lock(mutex_);
  const core::UtcTime now = clock_.now();
  for (const Approval& approval : approvals_) {
    if (approval.origin != origin || approval.host != host) continue;
    if (approval.until_ms != 0 && approval.until_ms < now.ms) continue;
    if (covers(approval.scopes, scopes)) return approval;
  }
  return std::nullopt;
}

std::vector<Approval> Sites::approvals() const {
  const std::lock_guard lock(mutex_);
  return approvals_;
}

void Sites::keep_key(SiteKey key) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(keys_, key.host, &SiteKey::host) != keys_.end()) return;
  if (keys_.size() >= kMaxHosts) keys_.erase(keys_.begin());
  keys_.push_back(std::move(key));
  changed_ = true;
}

std::vector<SiteKey> Sites::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Json Sites::state(std::string_view host) const {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(host);
  return found == states_.end() ? Json::object() : found->second;
}

Result<void> Sites::set_state(std::string host, Json state) {
  if (core::dump_json(state).size() > kMaxStateSize) {
    return Error{Code::invalid_input, fmt::format("The state of a site has room for {} bytes.", kMaxStateSize)};
  }
  const std::lock_guard lock(mutex_);
  if (states_.size() >= kMaxHosts && !states_.contains(host)) {
    return Error{Code::invalid_input, "There is no room for the state of another site."};
  }
  states_[std::move(host)] = std::move(state);
  changed_ = true;
  return {};
}

void Sites::erase_state(std::string_view host) {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(host);
  if (found == states_.end()) return;
  states_.erase(found);
  changed_ = true;
}

void Sites::note(std::string host, std::string what) {
  const std::lock_guard lock(mutex_);
  const core::UtcTime now = clock_.now();
  int times = 1;
  const auto same = std::ranges::find_if(activity_, [&](const Activity& entry) {
    return entry.host == host && entry.what == what && now - entry.at < kSameActivity;
  });
  if (same != activity_.end()) {
    times += same->times;
    activity_.erase(same);
  }
  if (activity_.size() >= kMaxActivity) activity_.pop_front();
  activity_.push_back({now, std::move(host), std::move(what), times});
  changed_ = true;
}

std::vector<Activity> Sites::activity() const {
  const std::lock_guard lock(mutex_);
  return {activity_.rbegin(), activity_.rend()};
}

}  // namespace sigma::tokenpass
