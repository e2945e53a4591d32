#include "sigma/bitcoin/auth_token.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "auth_token_text.hpp"
#include "sigma/bitcoin/brc77.hpp"
#include "sigma/bitcoin/bsm.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::bitcoin {
namespace {

constexpr char kBar = '|';

}  // namespace

std::string_view to_string(AuthScheme scheme) {
  return scheme == AuthScheme::bsm ? "bsm" : "brc77";
}

std::optional<AuthScheme> parse_auth_scheme(std::string_view text) {
  for (const auto scheme : {AuthScheme::bsm, AuthScheme::brc77})
    if (text == to_string(scheme)) return scheme;
  return std::nullopt;
}

std::string_view to_string(AuthTokenFault fault) {
  switch (fault) {
    case AuthTokenFault::malformed:
      return "malformed";
    case AuthTokenFault::scheme:
      return "scheme";
    case AuthTokenFault::pubkey:
      return "pubkey";
    case AuthTokenFault::timestamp:
      return "timestamp";
    case AuthTokenFault::expired:
      return "expired";
    case AuthTokenFault::future:
      return "future";
    case AuthTokenFault::path:
      return "path";
    case AuthTokenFault::key_mismatch:
      return "key_mismatch";
    case AuthTokenFault::signature:
      return "signature";
  }
  return "malformed";
}

void throw_exception_from_error(const AuthTokenError& error, const boost::source_location&) {
  throw std::logic_error(error.description);
}

AuthTokenResult<AuthToken> parse_auth_token(std::string_view text) {
  if (text.size() > kMaxAuthTokenSize)
    return AuthTokenError{AuthTokenFault::malformed,
                          fmt::format("X-Auth-Token is longer than {} bytes.", kMaxAuthTokenSize)};
  std::array<std::string_view, 5> fields;
  std::size_t count = 0;
  for (std::size_t start = 0; start <= text.size(); ++count) {
    const auto end = std::min(text.find(kBar, start), text.size());
    if (count < fields.size()) fields[count] = text.substr(start, end - start);
    start = end + 1;
  }
  if (count != fields.size())
    return AuthTokenError{AuthTokenFault::malformed,
                          fmt::format("X-Auth-Token must be five fields, "
                                      "pubkey|scheme|timestamp|requestPath|signature; this one has {}.",
                                      count)};
  const auto scheme = parse_auth_scheme(fields[1]);
  if (!scheme)
    return AuthTokenError{AuthTokenFault::scheme,
                          "The scheme of X-Auth-Token must be \"brc77\" or \"bsm\", lower case."};
  return AuthToken{fields[0], *scheme, fields[2], fields[3], fields[4]};
}

std::string signed_text(std::string_view path, std::string_view timestamp, std::string_view body) {
  std::string text;
  text.reserve(path.size() + timestamp.size() + 2 + 2 * std::tuple_size_v<Hash256>);
  text += path;
  text += kBar;
  text += timestamp;
  text += kBar;
  if (!body.empty()) text += core::hex_encode(crypto::view(crypto::sha256(body)));
  return text;
}

core::Result<std::string> make_auth_token(const PrivateKey& key, AuthScheme scheme, std::string_view path,
                                          std::optional<std::string_view> body, core::UtcTime time,
                                          core::Random& random) {
  if (path.find(kBar) != std::string_view::npos)
    return core::Error{core::Code::invalid_input, "A path containing '|' cannot be carried by an X-Auth-Token."};
  const auto timestamp = core::to_iso8601(time);
  const auto text = signed_text(path, timestamp, body.value_or(""));
  std::string signature;
  if (scheme == AuthScheme::bsm) {
    signature = sign_bsm(key, text);
  } else {
    SIGMA_TRY(signature, sign_brc77(key, text, random));
  }
  return fmt::format("{}|{}|{}|{}|{}", key.public_key().hex(), to_string(scheme), timestamp, path,
                     core::base64_encode(signature));
}

}  // namespace sigma::bitcoin
