#include "wallet/page_sessions.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::tokenpass {
namespace {

constexpr std::size_t kMaxSessions = 32;

std::string hash_of(std::string_view text) {
  return crypto::to_string(crypto::sha256(text));
}

}  // namespace

std::string PageSessions::start() {
  std::string text = core::base64url_encode(random_.bytes(32));
  const std::lock_guard lock(mutex_);
  if (hashes_.size() >= kMaxSessions) hashes_.erase(hashes_.begin());
  hashes_.push_back(hash_of(text));
  return text;
}

bool PageSessions::knows(std::string_view text) const {
  const std::string hash = hash_of(text);
  const std::lock_guard lock(mutex_);
  return std::ranges::find(hashes_, hash) != hashes_.end();
}

void PageSessions::end_all() {
  const std::lock_guard lock(mutex_);
  hashes_.clear();
}

}  // namespace sigma::tokenpass
