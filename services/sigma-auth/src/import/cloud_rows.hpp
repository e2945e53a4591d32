// Rows of a Better Auth database with Sigma's plugins (contract §10) as rows of ours. Pure: tables are read elsewhere.
#pragma once
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::service {

/// A row as JSON with its columns in snake case: `clientId`, `client_id` → "client_id"; `redirectURLs` →
/// "redirect_urls".
core::Json with_snake_case(const core::Json& row);

/// A client of `oauthClient`, or of the older `oauthApplication` (metadata {"memberPubkey"}, redirectURLs). A secret
/// that they keep as SHA-256 goes on working; one in clear is hashed. Code::invalid_input names what cannot be used.
core::Result<store::Client> cloud_client(const core::Json& row, core::UtcTime now);

/// A person with the identities of `profiles`, primary first; without any, the identity that derives from the key.
struct CloudPerson {
  store::User user;
  std::vector<store::Profile> identities;  ///< at least one
};
/// Roles and tier are not taken over: they follow from this server's own rules. Code::invalid_input when the person has
/// no key, or an identity does not derive from its key.
core::Result<CloudPerson> cloud_person(const core::Json& row, const std::vector<core::Json>& profiles,
                                       core::UtcTime now);

/// A consent of `oauthConsent`; its identity is referenceId, or selectedBapId before 0.0.52.
core::Result<store::Consent> cloud_consent(const core::Json& row, core::UtcTime now);

}  // namespace sigma::service
