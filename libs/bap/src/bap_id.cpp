#include "sigma/bap/bap_id.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::bap {
namespace {

constexpr std::size_t kMinLength = 26;
constexpr std::size_t kMaxLength = 28;

}  // namespace

std::string bap_id_from_root_address(std::string_view root_address) {
  return core::base58_encode(crypto::view(crypto::hash160(root_address)));
}

std::string bap_id_from_member_key(const bitcoin::PublicKey& member_key) {
  return bap_id_from_root_address(member_key.address());
}

bool is_bap_id(std::string_view text) {
  if (text.size() < kMinLength || text.size() > kMaxLength) return false;
  const auto bytes = core::base58_decode(text);
  return bytes && bytes->size() == std::tuple_size_v<crypto::Hash160>;
}

}  // namespace sigma::bap
