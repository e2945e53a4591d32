#pragma once
#include <string>
#include <string_view>

namespace sigma::http {

/// Who counts as one caller when requests are limited: an IPv4 address, or the /64 of an IPv6 address, because one
/// household or machine has all of it ("2001:db8:1:2::/64"). What is no address stands for itself: limits still apply.
std::string client_network(std::string_view address);

}  // namespace sigma::http
