#include "sigma/http/network.hpp"

#include <algorithm>

#include "address.hpp"

namespace sigma::http {

std::string client_network(std::string_view address) {
  constexpr std::size_t kLongest = 64;
  const auto parsed = parse_address(address);
  if (!parsed) return std::string(address.substr(0, kLongest));
  if (parsed->is_v4()) return parsed->to_string();
  auto bytes = parsed->to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace sigma::http
