// Text forms of bytes. Byte strings travel as std::string / std::string_view. Decoders are strict: nothing on any
// character, padding or trailing bit that the encoder would not have written (base64url takes no padding).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sigma::core {

std::string hex_encode(std::string_view bytes);                ///< lower case
std::optional<std::string> hex_decode(std::string_view text);  ///< either case

std::string base64_encode(std::string_view bytes);  ///< RFC 4648 §4, with padding
std::optional<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);  ///< RFC 4648 §5, without padding
std::optional<std::string> base64url_decode(std::string_view text);

std::string base58_encode(std::string_view bytes);  ///< Bitcoin alphabet, no checksum
/// At most 128 characters (the cost is quadratic).
std::optional<std::string> base58_decode(std::string_view text);

/// application/x-www-form-urlencoded as browsers' URLSearchParams writes it: `+` for blanks, `*-._` kept.
std::string form_encode(std::string_view text);
/// Decodes `+` and %XX; nothing on a broken escape.
std::optional<std::string> form_decode(std::string_view text);
/// RFC 3986 percent-encoding of everything but unreserved characters (encodeURIComponent without !'()*).
std::string percent_encode(std::string_view text);

/// Decodes %XX and leaves `+` alone (decodeURIComponent); nothing on a broken escape.
std::optional<std::string> percent_decode(std::string_view text);

/// True for well-formed UTF-8 without surrogates and overlong forms.
bool is_utf8(std::string_view text);
std::string to_lower_ascii(std::string_view text);
/// Escapes & < > " ' for HTML text and attribute values.
std::string html_escape(std::string_view text);

}  // namespace sigma::core
