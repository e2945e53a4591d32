// Clients as JSON: RFC 7591 and OpenID Connect Registration names plus member_pubkeys, owner_bap_id, skip_consent,
// disabled, require_pkce.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// Who describes a client. An administrator may set every member; the others only what is listed for them in
/// described_members.cpp (security case 60).
enum class Registrar {
  administrator,  ///< admin API, command line, clients file
  owner,          ///< a person who is signed in
  software,       ///< the client itself (RFC 7591)
  document,       ///< the document behind a client_id that is a URL
};

/// What whoever registers may leave out or ask for.
struct RegistrationRules {
  Registrar registrar = Registrar::administrator;
  std::vector<std::string> default_grant_types{"authorization_code", "refresh_token"};
  std::string default_auth_method{};     ///< empty: x_auth_token when there is a member key, else none
  bool allow_http_loopback = true;       ///< redirect to http://localhost from web clients too: for development
  bool allow_client_credentials = true;  ///< tokens without a person
  bool vouched_for = true;               ///< whoever registers is trusted with the client's name
  std::vector<std::string> scopes{};     ///< what may be registered, others are left out; empty: everything
  std::optional<std::vector<std::string>> resources{};  ///< what a client may serve; nothing: not checked
};
/// The rules for a registrar, as this server is set.
RegistrationRules registration_rules(Registrar registrar, const Settings& settings);

/// One member of a client's description that cannot be used.
struct MetadataFault {
  std::string member;       ///< its name, or a path like redirect_uris[0]
  std::string description;  ///< completes "redirect_uris[0] …"
};

/// A client as far as its description can be used; it counts only when there are no faults.
struct DescribedClient {
  store::Client client;
  std::vector<MetadataFault> faults;
};

/// Reads a client. `client_id` may be absent (then empty in the answer); secrets are the caller's part. Without
/// token_endpoint_auth_method: what the rules say; `none` with a member key means x_auth_token (contract §13.9).
/// Faults name every faulty member and how to fix it; members that nobody knows are faults for an administrator and
/// ignored for the others (RFC 7591 §2).
DescribedClient describe_client(const core::Json& metadata, const RegistrationRules& rules, core::UtcTime now);

/// describe_client() where faults are one error: Code::invalid_input.
core::Result<store::Client> parse_client(const core::Json& metadata, const RegistrationRules& rules, core::UtcTime now);

/// What describe_client() reads, plus client_id_issued_at. Never a secret.
core::Json render_client(const store::Client& client);

/// RFC 7396 merge patch on the rendered client: null removes a member. What cannot be changed (client_id …) is a fault.
/// updated_at always grows. Secrets are kept.
DescribedClient patch_client(const store::Client& current, const core::Json& patch, const RegistrationRules& rules,
                             core::UtcTime now);
/// patch_client() where faults are one error: Code::invalid_input.
core::Result<store::Client> apply_patch(const store::Client& current, const core::Json& patch,
                                        const RegistrationRules& rules, core::UtcTime now);
/// RFC 7592 §2.2: a description that replaces the current one. What the registrar may not set stays as it is.
DescribedClient replace_client(const store::Client& current, const core::Json& metadata, const RegistrationRules& rules,
                               core::UtcTime now);

/// All faults as one sentence each.
std::string describe_faults(const std::vector<MetadataFault>& faults);

/// "02ab…" or {"pubkey", "not_before"?, "not_after"?} with times as toISOString writes them.
core::Result<store::MemberKey> parse_member_key(const core::Json& json);
/// What parse_member_key() reads, with every time that is set.
core::Json render_member_key(const store::MemberKey& key);

/// An administrator answers for the client. Others say of themselves what they like, until an administrator sets the
/// member `verified`.
bool is_vouched_for(const store::Client& client);
/// The method needs a stored secret.
bool uses_secret(const store::Client& client);

}  // namespace sigma::oauth
