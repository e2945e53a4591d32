// Clients as Sigma's own clients spell them, beside the names of RFC 7591 (contract §6).
#pragma once
#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/registration/key_proofs.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::service {

/// memberPubkey and ownerBapId become member_pubkey and owner_bap_id, unless those are there.
void read_sigma_names(core::Json& metadata);
/// Adds memberPubkey and ownerBapId to a rendered client that has them.
void add_sigma_names(const store::Client& client, core::Json& json);
/// The request's X-Auth-Tokens with what they must be signed for: its path and body.
oauth::KeyProofs key_proofs(const http::Request& request);

}  // namespace sigma::service
