#pragma once
#include <optional>
#include <string>

#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_registry.hpp"
#include "sigma/oauth/registration/key_proofs.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"
#include "sigma/oauth/settings.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kRegistrationPath = "/api/auth/oauth2/register";

/// Which of the RFC 7591 §3.2.2 errors the faults amount to; nothing when there are none.
std::optional<Error> metadata_error(const std::vector<MetadataFault>& faults);

/// Who asks the registration endpoint for what.
struct RegistrationRequest {
  core::Json metadata;
  std::optional<std::string> bearer;  ///< initial access token
  KeyProofs proofs;                   ///< of member_pubkeys
  std::string ip_address;             ///< for the log
};

/// Clients that register themselves (RFC 7591) and look after their registration (RFC 7592). They decide nothing that
/// is the operator's: consent is always asked, and member keys have to be proven.
class DynamicRegistration {
 public:
  DynamicRegistration(store::ClientStore& clients, XAuthTokenVerifier& x_auth_token, RemoteDocuments& documents,
                      const core::Clock& clock, core::Random& random, const Settings& settings)
      : clients_(clients),
        registry_(clients, clock, random, registration_rules(Registrar::software, settings)),
        x_auth_token_(x_auth_token),
        documents_(documents),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// The answer of RFC 7591 §3.2.1 with registration_access_token and registration_client_uri. Errors: access_denied
  /// (switched off), invalid_token (initial access token), too_many_requests, and those of RFC 7591 §3.2.2.
  core::Task<Result<core::Json>> create(RegistrationRequest request);

  /// RFC 7592 §2. Errors: invalid_token (unknown client, or not its token), access_denied (switched off).
  core::Task<Result<core::Json>> read(store::ClientId id, std::string token);
  /// Replaces the description; errors also those of RFC 7591 §3.2.2. `change`: where describe_change() goes.
  core::Task<Result<core::Json>> replace(store::ClientId id, std::string token, RegistrationRequest request,
                                         core::Json* change = nullptr);
  core::Task<Result<void>> remove(store::ClientId id, std::string token);

 private:
  core::Task<Result<void>> check_allowed(const RegistrationRequest& request);
  core::Task<Result<store::Client>> find(const store::ClientId& id, const std::string& token);
  core::Json render(const IssuedClient& issued, const std::string& token) const;

  store::ClientStore& clients_;
  ClientRegistry registry_;
  XAuthTokenVerifier& x_auth_token_;
  RemoteDocuments& documents_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
