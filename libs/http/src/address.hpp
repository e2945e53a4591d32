// Who is speaking: addresses, ranges, and X-Forwarded-For from proxies that we trust.
#pragma once
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/http/message.hpp"

namespace sigma::http {

using Address = boost::asio::ip::address;

/// An IPv4 or IPv6 literal without zone; IPv4-mapped IPv6 becomes IPv4, so that one host has one name.
std::optional<Address> parse_address(std::string_view text);
Address without_mapping(Address address);
/// Can this be a host on the public Internet? False for loopback, private, link-local, shared, documentation,
/// multicast, translated and every other special range (RFC 6890 and IANA's registries).
bool is_public(const Address& address);

/// "10.0.0.0/8", "2001:db8::/32", or one address.
class AddressRange {
 public:
  static core::Result<AddressRange> parse(std::string_view text);
  bool contains(const Address& address) const;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> prefix_{};
  unsigned bits_ = 0;
};

class TrustedProxies {
 public:
  static core::Result<TrustedProxies> parse(const std::vector<std::string>& ranges);
  bool contains(const Address& address) const;

  /// The client behind a trusted proxy: the rightmost address of X-Forwarded-For that is not a trusted proxy itself.
  /// Nothing when the field is absent, or when an entry that must be believed cannot be read.
  std::optional<std::string> forwarded_for(const Headers& headers) const;

 private:
  std::vector<AddressRange> ranges_;
};

}  // namespace sigma::http
