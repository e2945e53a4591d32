#include "wallet/known_browsers.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::tokenpass {
namespace {

constexpr std::size_t kTextLength = 43;  // 32 bytes in base64url

std::string hash_of(std::string_view text) {
  return core::hex_encode(crypto::to_string(crypto::sha256(text)));
}

}  // namespace

std::string KnownBrowsers::count_of(const std::string& wallet, std::string_view text) const {
  if (text.size() != kTextLength) return wallet;
  const std::string hash = hash_of(text);
  const auto known = record_.browsers(wallet);
  return std::ranges::find(known, hash) == known.end() ? wallet : PublicRecord::count_name(wallet, hash);
}

std::string KnownBrowsers::remember(const std::string& wallet, std::string_view text) {
  // One text for all wallets: a browser that goes back to an earlier one is still known there.
  std::string kept = text.size() == kTextLength ? std::string(text) : core::base64url_encode(random_.bytes(32));
  const std::string hash = hash_of(kept);
  auto known = record_.browsers(wallet);
  if (!known.empty() && known.back() == hash) return kept;
  std::erase(known, hash);
  known.push_back(hash);
  if (known.size() > kMax) known.erase(known.begin());
  (void)record_.set_browsers(wallet, known);  // on a full disk it is as unknown as before
  return kept;
}

}  // namespace sigma::tokenpass
