// X-Auth-Token of Sigma clients (contract §1): <pubkey>|<scheme>|<timestamp>|<requestPath>|<signature>, a signature
// over <requestPath>|<timestamp>|<hex SHA-256 of the body, or nothing>. Single use is the caller's part: hand
// VerifiedAuthToken::replay_key to a store that all replicas share.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"

namespace sigma::bitcoin {

enum class AuthScheme { bsm, brc77 };
std::string_view to_string(AuthScheme scheme);
std::optional<AuthScheme> parse_auth_scheme(std::string_view text);

/// Why a token is refused, in the order in which it is checked. The names are stable: logs and metrics use them.
enum class AuthTokenFault {
  malformed,     ///< not five fields, or more than kMaxAuthTokenSize bytes
  scheme,        ///< neither "bsm" nor "brc77"
  pubkey,        ///< not a compressed key in hex, or not on the curve
  timestamp,     ///< not what toISOString writes
  expired,       ///< older than the window
  future,        ///< ahead of the window
  path,          ///< signed for another path
  key_mismatch,  ///< the message inside (brc77) comes from another key than the one claimed
  signature,     ///< unreadable, or does not fit key, path, time and body
};
std::string_view to_string(AuthTokenFault fault);

struct AuthTokenError {
  AuthTokenFault fault = AuthTokenFault::malformed;
  std::string description;  ///< for the developer of the client: what was wrong and what is expected
};
template <class T>
using AuthTokenResult = boost::system::result<T, AuthTokenError>;
[[noreturn]] void throw_exception_from_error(const AuthTokenError& error, const boost::source_location& where);

inline constexpr std::size_t kMaxAuthTokenSize = 8192;
inline constexpr core::Milliseconds kAuthTokenWindow = std::chrono::minutes(5);

/// The fields as they stand in the text, which must outlive it. Nothing but shape and scheme is checked.
struct AuthToken {
  std::string_view pubkey;
  AuthScheme scheme = AuthScheme::brc77;
  std::string_view timestamp;
  std::string_view request_path;
  std::string_view signature;  ///< base64
};
AuthTokenResult<AuthToken> parse_auth_token(std::string_view text);

/// What the route that got the token makes of it. Everything referred to must outlive the call.
struct AuthTokenExpectation {
  std::vector<std::string_view> paths;   ///< any of these, compared byte by byte
  std::vector<std::string_view> bodies;  ///< exact bytes, any of these, tried in order; none, or an empty one: no body
  bool body_may_be_unsigned = false;     ///< also accept a token that covers no body
  core::UtcTime now;
  core::Milliseconds window = kAuthTokenWindow;  ///< in both directions, bounds included
  const PublicKey* known_key = nullptr;  ///< a key parsed before; saves 5 µs if it turns out to be the claimed one
};

struct VerifiedAuthToken {
  PublicKey pubkey;
  AuthScheme scheme = AuthScheme::brc77;
  core::UtcTime timestamp;
  /// Index into AuthTokenExpectation::bodies; nothing if the token covers no body, whose content is then only a wish.
  std::optional<std::size_t> signed_body;
  /// SHA-256 of <pubkey hex>|<signed text>, 32 bytes: one for all the forms in which the same statement can be written
  /// (high s, other header byte, capitals, another brc77 key id).
  std::string replay_key;
  /// How long the replay key matters: the end of the window plus a minute for clocks that differ between replicas.
  core::UtcTime remember_until;
};

/// Every check of the contract except single use, in its order. About 40 µs; no allocation beyond small strings.
AuthTokenResult<VerifiedAuthToken> verify_auth_token(std::string_view text, const AuthTokenExpectation& expectation);

/// A token as clients make it. Code::invalid_input if `path` contains '|', which no verifier could read. `random` is
/// only used by brc77. An empty body signs as no body.
core::Result<std::string> make_auth_token(const PrivateKey& key, AuthScheme scheme, std::string_view path,
                                          std::optional<std::string_view> body, core::UtcTime time,
                                          core::Random& random);

/// The form body as the old provider rebuilt it before hashing (contract §1): the last value of a repeated name at the
/// place of the first, integer-like names first in ascending order, URLSearchParams' spelling. Nothing when that is the
/// raw body itself, when escapes do not decode to UTF-8, or beyond 200 parameters. Lenient like URLSearchParams about
/// broken escapes.
std::optional<std::string> legacy_form_body(std::string_view raw);

}  // namespace sigma::bitcoin
