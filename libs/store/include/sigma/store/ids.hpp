#pragma once
#include "sigma/core/strong.hpp"

namespace sigma::store {

using ClientId = core::Strong<struct ClientIdTag>;
using UserId = core::Strong<struct UserIdTag>;        ///< UUIDv7; the `sub` of a person, never changes
using SessionId = core::Strong<struct SessionIdTag>;  ///< UUIDv7; not the secret
using GrantId = core::Strong<struct GrantIdTag>;  ///< UUIDv7 of one authorization; its code and tokens form a family
using BapId = core::Strong<struct BapIdTag>;      ///< base58, 26–28 characters
/// 32 raw bytes: SHA-256 of a bearer secret. Secrets themselves are never stored.
using SecretHash = core::Strong<struct SecretHashTag>;

}  // namespace sigma::store
