#pragma once
#include <string>
#include <vector>

#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"

namespace sigma::oauth {

/// What a request brings to prove that it holds keys.
struct KeyProofs {
  std::vector<std::string> x_auth_tokens;  ///< every X-Auth-Token header; each proves one key
  std::string path;                        ///< canonical path they are signed for
  std::string body;                        ///< that they sign
};

/// The keys that the tokens prove: public keys are public, so only their holder may register them (security case 60).
/// Errors: invalid_client_metadata for a token that does not hold.
core::Task<Result<std::vector<std::string>>> proven_keys(XAuthTokenVerifier& verifier, KeyProofs proofs);

/// invalid_client_metadata unless every member key of `client` is one of `proven`.
Result<void> check_keys_proven(const store::Client& client, const std::vector<std::string>& proven);

}  // namespace sigma::oauth
