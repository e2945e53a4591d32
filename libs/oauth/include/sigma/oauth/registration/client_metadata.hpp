// Clients as JSON: RFC 7591 names plus member_pubkeys, owner_bap_id, skip_consent, disabled, require_pkce.
#pragma once
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// What whoever registers may leave out or ask for.
struct RegistrationRules {
  std::vector<std::string> default_grant_types{"authorization_code", "refresh_token"};
  bool allow_http_loopback = true;  ///< redirect to http://localhost from web clients too: for development
};

/// Reads a client. `client_id` may be absent (then empty in the answer); secrets are the caller's part. Without
/// token_endpoint_auth_method: x_auth_token when there is a member key, else none; `none` with a key means the same
/// (contract §13.9). Code::invalid_input names every faulty or unknown member and how to fix it.
core::Result<store::Client> parse_client(const core::Json& metadata, const RegistrationRules& rules, core::UtcTime now);

/// What parse_client() reads, plus client_id_issued_at. Never a secret.
core::Json render_client(const store::Client& client);

/// RFC 7396 merge patch on the rendered client: null removes a member. What cannot be changed (client_id …) is refused.
/// updated_at always grows. Secrets are kept.
core::Result<store::Client> apply_patch(const store::Client& current, const core::Json& patch,
                                        const RegistrationRules& rules, core::UtcTime now);

/// "02ab…" or {"pubkey", "not_before"?, "not_after"?} with times as toISOString writes them.
core::Result<store::MemberKey> parse_member_key(const core::Json& json);
core::Json render_member_key(const store::MemberKey& key);

/// The method needs a stored secret.
bool uses_secret(const store::Client& client);

}  // namespace sigma::oauth
