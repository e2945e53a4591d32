#include "proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

namespace sigma::http {
namespace ip = boost::asio::ip;
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kCommandAt = 12, kFamilyAt = 13, kLengthAt = 14;
constexpr unsigned kLocal = 0x20, kProxy = 0x21;  // version 2 and the command
constexpr unsigned kUnspecified = 0x00, kTcp4 = 0x11, kTcp6 = 0x21;
constexpr std::size_t kTcp4Bytes = 12, kTcp6Bytes = 36;  // two addresses and two ports

unsigned byte(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

core::Error refused(std::string cause) {
  return {core::Code::invalid_input, "The connection does not begin with a PROXY protocol version 2 header.",
          std::move(cause)};
}

template <class Value>
Address source_of(std::string_view rest) {
  typename Value::bytes_type bytes{};
  std::transform(rest.begin(), rest.begin() + bytes.size(), bytes.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return without_mapping(Value(bytes));
}

}  // namespace

core::Result<std::size_t> parse_proxy_prefix(std::string_view prefix) {
  if (prefix.size() != kProxyPrefixBytes || !prefix.starts_with(kSignature)) return refused("no signature");
  const unsigned command = byte(prefix, kCommandAt);
  if (command != kLocal && command != kProxy) return refused("unknown version or command");
  const std::size_t rest = byte(prefix, kLengthAt) << 8 | byte(prefix, kLengthAt + 1);
  if (rest > kMaxProxyRestBytes) return refused("too long");
  return rest;
}

core::Result<std::optional<Address>> parse_proxy_source(std::string_view prefix, std::string_view rest) {
  if (byte(prefix, kCommandAt) == kLocal) return std::optional<Address>{};
  switch (byte(prefix, kFamilyAt)) {
    case kUnspecified:
      return std::optional<Address>{};
    case kTcp4:
      if (rest.size() < kTcp4Bytes) return refused("IPv4 addresses are cut off");
      return std::optional(source_of<ip::address_v4>(rest));
    case kTcp6:
      if (rest.size() < kTcp6Bytes) return refused("IPv6 addresses are cut off");
      return std::optional(source_of<ip::address_v6>(rest));
    default:
      return refused("neither TCP over IPv4 nor over IPv6");
  }
}

}  // namespace sigma::http
