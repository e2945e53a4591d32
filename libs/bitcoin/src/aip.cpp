#include "sigma/bitcoin/aip.hpp"

#include <algorithm>

#include "sigma/bitcoin/bsm.hpp"

namespace sigma::bitcoin {
namespace {

constexpr char kOpReturn = '\x6a';

}  // namespace

std::string aip_message(const std::vector<std::string>& pushes) {
  const bool has_return =
      std::ranges::any_of(pushes, [](const std::string& push) { return push.starts_with(kOpReturn); });
  std::string message;
  if (!has_return) message += kOpReturn;
  for (const auto& push : pushes) message += push;
  return message;
}

std::vector<std::string> sign_aip(const PrivateKey& key, std::vector<std::string> pushes) {
  auto signature = sign_bsm(key, aip_message(pushes));
  pushes.insert(pushes.end(), {"|", "15PciHG22SNLQJXMoSUaWVi7WSqc7hCfva", "BITCOIN_ECDSA", key.public_key().address(),
                               std::move(signature)});
  return pushes;
}

}  // namespace sigma::bitcoin
