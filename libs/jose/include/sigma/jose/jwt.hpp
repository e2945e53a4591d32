// Compact JWS with JSON claims (RFC 7515, RFC 7519, RFC 8725).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::jose {

inline constexpr std::size_t kMaxJwtSize = 16 * 1024;
inline constexpr std::size_t kMaxKidSize = 256;

struct Jwt {
  core::Json header;
  core::Json claims;
};

/// Header {"alg", "kid", "typ"} and `claims`, signed. `typ`: "JWT", "at+jwt", "logout+jwt" …; left out when empty.
core::Result<std::string> sign_jwt(const SigningKey& key, std::string_view typ, const core::Json& claims);

/// Reads a token WITHOUT checking its signature: only to learn whose key to look for. Code::invalid_input when it is
/// longer than `max_size` bytes or not exactly three base64url parts; when header or claims are no JSON object or name
/// a member twice; when `alg` is unknown, `typ` or `kid` are no strings, `kid` is longer than 256 bytes, or `crit` or
/// `b64` occur.
core::Result<Jwt> decode_jwt(std::string_view token, std::size_t max_size = kMaxJwtSize);

/// Finds the key for the header's `kid` (nothing if absent) and `alg`; null when there is none.
using KeyFinder =
    std::function<std::shared_ptr<const VerificationKey>(const std::optional<std::string>& kid, Algorithm algorithm)>;

struct VerifyOptions {
  std::vector<Algorithm> algorithms{};  ///< the only ones accepted
  /// Accepted `typ` values, compared without case and without "application/" (RFC 7515 §4.1.9).
  std::vector<std::string> types{};
  bool typ_may_be_missing = false;
  std::size_t max_size = kMaxJwtSize;
};

/// decode_jwt() plus algorithm, type and signature. Code::invalid_input as decode_jwt(); Code::unauthorized when the
/// algorithm or type is not accepted, no key is found, or the signature is wrong. Claims are checked by check_claims().
core::Result<Jwt> verify_jwt(std::string_view token, const KeyFinder& find_key, const VerifyOptions& options);

}  // namespace sigma::jose
