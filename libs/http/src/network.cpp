#include "sigma/http/network.hpp"

#include <algorithm>

#include "address.hpp"

namespace sigma::http {
namespace {

template <class Ip>
std::string network_of(Ip address, int bits) {
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + bits / 8, bytes.end(), 0);
  return Ip(bytes).to_string() + "/" + std::to_string(bits);
}

}  // namespace

std::string client_network(std::string_view address) {
  constexpr std::size_t kLongest = 64;
  const auto parsed = parse_address(address);
  if (!parsed) return std::string(address.substr(0, kLongest));
  if (parsed->is_v4()) return parsed->to_string();
  return network_of(parsed->to_v6(), 64);
}

std::optional<std::string> coarse_network(std::string_view address) {
  const auto parsed = parse_address(address);
  if (!parsed) return std::nullopt;
  return parsed->is_v4() ? network_of(parsed->to_v4(), 24) : network_of(parsed->to_v6(), 48);
}

}  // namespace sigma::http
