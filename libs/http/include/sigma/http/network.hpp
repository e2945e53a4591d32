#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::http {

/// Who counts as one caller when requests are limited: an IPv4 address, or the /64 of an IPv6 address, because one
/// household or machine has all of it ("2001:db8:1:2::/64"). What is no address stands for itself: limits still apply.
std::string client_network(std::string_view address);

/// The part of the Internet that an address is in, for records that say "from where" without saying who: the /24 of an
/// IPv4 address ("203.0.113.0/24"), the /48 of an IPv6 address ("2001:db8:1::/48"). Nothing for what is no address.
std::optional<std::string> coarse_network(std::string_view address);

}  // namespace sigma::http
