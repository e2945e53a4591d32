#include "sigma/bitcoin/brc42.hpp"

#include <fmt/format.h>

namespace sigma::bitcoin {
namespace {

core::Error no_such_child() {
  return core::Error{core::Code::internal, "This key has no child of that name.", "BRC-42 offset out of range"};
}

}  // namespace

std::string invoice_number(int security_level, std::string_view protocol, std::string_view key_id) {
  return fmt::format("{}-{}-{}", security_level, protocol, key_id);
}

Hash256 brc42_tweak(const PublicKey& shared_point, std::string_view invoice) {
  return crypto::hmac_sha256(shared_point.view(), invoice);
}

core::Result<PrivateKey> derive_child(const PrivateKey& own, const PublicKey& counterparty, std::string_view invoice) {
  auto child = own.plus(brc42_tweak(own.shared_point(counterparty), invoice));
  if (!child) return no_such_child();
  return *std::move(child);
}

core::Result<PrivateKey> derive_self_child(const PrivateKey& own, std::string_view invoice) {
  return derive_child(own, own.public_key(), invoice);
}

core::Result<PublicKey> derive_child(const PublicKey& counterparty, const PrivateKey& own, std::string_view invoice) {
  auto child = counterparty.plus(brc42_tweak(own.shared_point(counterparty), invoice));
  if (!child) return no_such_child();
  return *std::move(child);
}

}  // namespace sigma::bitcoin
