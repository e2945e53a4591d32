// Bodies that the dashboard of 2026 encrypts: {"ciphertext":"<hex>"}, a BRC-78 message to the key of GET
// /api/session-key whose plaintext is the JSON body. Kept for its sake; over loopback it hides nothing from anybody.
#pragma once
#include "problem.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/json.hpp"

namespace sigma::tokenpass {

/// The body itself unless it is an envelope: a "ciphertext" without any of the fields that such routes want. 400 with
/// the code SESSION_DECRYPT_FAILED when it cannot be opened.
Outcome<core::Json> open_envelope(const bitcoin::PrivateKey& session_key, core::Json body);

}  // namespace sigma::tokenpass
