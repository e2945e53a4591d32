// Bearer secrets: made here, handed out once, stored only as hashes.
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::oauth {

/// SHA-256 of the whole secret: what the store keeps and looks up.
store::SecretHash hash_secret(std::string_view secret);

inline constexpr std::size_t kBearerSecretLength = 43;
/// 43 letters and digits, 256 bits: authorization codes, access and refresh tokens.
std::string make_bearer_secret(core::Random& random);
/// 32 letters and digits, 190 bits: the form of better-auth's session tokens.
std::string make_session_secret(core::Random& random);

}  // namespace sigma::oauth
