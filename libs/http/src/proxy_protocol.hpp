// PROXY protocol version 2: the words with which a load balancer hands a connection on
// (the specification is haproxy's proxy-protocol.txt, §2.2).
#pragma once
#include <optional>
#include <string_view>

#include "address.hpp"
#include "sigma/core/result.hpp"

namespace sigma::http {

/// Signature, version and command, family, length: what every header begins with.
constexpr std::size_t kProxyPrefixBytes = 16;
/// Addresses take at most 216 bytes; the rest is for TLVs, which are skipped. More is refused.
constexpr std::size_t kMaxProxyRestBytes = 1024;

/// How many bytes follow the prefix. Code::invalid_input when it is none of version 2, or announces too many.
core::Result<std::size_t> parse_proxy_prefix(std::string_view prefix);

/// Who opened the connection at the proxy; nothing when the proxy speaks for itself (LOCAL, as health checks do) or
/// does not say (UNSPEC). Code::invalid_input when the addresses are cut off or not of TCP over IP. `prefix` has been
/// accepted.
core::Result<std::optional<Address>> parse_proxy_source(std::string_view prefix, std::string_view rest);

}  // namespace sigma::http
