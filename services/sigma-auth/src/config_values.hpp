// Reading single values of the configuration. An error's description completes "SIGMA_X=value …": "is not an address".
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/result.hpp"

namespace sigma::service {

/// "http[s]://host[:port]" without path, query, fragment or user info; lower case, without slash and default port.
core::Result<std::string> parse_origin(std::string_view text);
/// An http or https URL without user info and fragment; a trailing slash is dropped.
core::Result<std::string> parse_http_url(std::string_view text);
/// An address literal and a port: "127.0.0.1:8787", "[::1]:8787".
core::Result<std::string> parse_listen(std::string_view text);
/// True for a listen address that only this machine reaches.
bool is_loopback_listen(std::string_view listen);
/// True for an origin that only this machine reaches: localhost, 127.0.0.1 or [::1].
bool is_loopback_origin(std::string_view origin);
/// The origins under which browsers reach what is at `base_url`: itself, and of loopback all three spellings with its
/// port.
std::vector<std::string> own_origins(const std::string& base_url);
bool is_own_origin(const std::string& base_url, std::string_view origin);
/// "10.0.0.0/8", "2001:db8::/32", or one address.
core::Result<std::string> parse_cidr(std::string_view text);
/// "500ms", "30s", "5m", "12h", "7d"; a bare number means seconds. At most ten years.
core::Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "65536", "64k", "1m" (powers of 1,024) from `min` to `max` bytes; also plain counts.
core::Result<std::size_t> parse_size(std::string_view text, std::size_t min, std::size_t max);
/// "on", "off", "true", "false", "1", "0".
core::Result<bool> parse_switch(std::string_view text);
/// Splits at commas and blanks; no empty parts.
std::vector<std::string> split_list(std::string_view text);

}  // namespace sigma::service
