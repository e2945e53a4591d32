#include "sigma/oauth/sessions/session_identifier.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::oauth {

std::string session_identifier(const store::ClientId& client, const store::SessionId& session) {
  // Half a digest: 128 bits of a value that holds a random UUID. Neither id can hold a line break.
  const auto digest = crypto::sha256("sid\n" + client.str() + "\n" + session.str());
  return core::base64url_encode(crypto::view(digest).substr(0, 16));
}

}  // namespace sigma::oauth
