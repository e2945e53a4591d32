#pragma once
#include <memory>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/client.hpp"
#include "sigma/oauth/authorize/authorizer.hpp"
#include "sigma/oauth/authorize/handover.hpp"
#include "sigma/oauth/authorize/pushed_requests.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/consents/consent_book.hpp"
#include "sigma/oauth/device/device_authorization.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/grants/token_endpoint.hpp"
#include "sigma/oauth/identities/backup_vault.hpp"
#include "sigma/oauth/identities/identity_book.hpp"
#include "sigma/oauth/introspection/introspection.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/logout/back_channel.hpp"
#include "sigma/oauth/logout/end_session.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/registration/dynamic_registration.hpp"
#include "sigma/oauth/registration/owner_clients.hpp"
#include "sigma/oauth/sessions/session_service.hpp"
#include "sigma/oauth/sessions/token_sessions.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/oauth/userinfo/userinfo.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

/// The protocol engine assembled: what the public routes call. Lives as long as the servers.
struct App {
  App(oauth::Settings settings_, std::vector<std::string> trusted_origins_, store::Store& store_,
      const crypto::Sealer& sealer_, std::unique_ptr<http::Client> outbound_, const core::Clock& clock_,
      core::Random& random_, core::WorkPool& signing_pool);

  /// Makes or loads what is kept in the store before anything can be served: keys and salts.
  core::Task<core::Result<void>> start();

  const oauth::Settings settings;
  const std::vector<std::string> trusted_origins;  ///< exact origins allowed to send cookies; our own is the first
  const bool secure_cookies;                       ///< base URL is https
  store::Store& store;
  const crypto::Sealer& sealer;
  const core::Clock& clock;
  const std::unique_ptr<http::Client> outbound;  ///< for every address that a client or a stranger chose

  oauth::KeyManager keys;
  oauth::SubjectIdentifiers subjects;
  oauth::RemoteDocuments client_documents, client_resources;
  oauth::ClientDocuments described_clients;
  oauth::ClientDirectory clients;
  oauth::XAuthTokenVerifier x_auth_token;
  oauth::ClientAssertionVerifier client_assertions;
  oauth::ClientAuthenticator client_authenticator;
  oauth::SessionService sessions;
  oauth::TokenSessions token_sessions;
  oauth::DpopVerifier dpop;
  oauth::PushedRequests pushed_requests;
  oauth::EndSession end_session;
  oauth::BackChannelLogout back_channel_logout;
  oauth::ConsentBook consents;
  oauth::IdentityBook identities;
  oauth::BackupVault backups;
  oauth::Handover handover;
  oauth::Authorizer authorizer;
  oauth::TokenIssuer issuer;
  oauth::TokenEndpoint token;
  oauth::UserInfo userinfo;
  oauth::TokenStatus token_status;
  oauth::WindowLimiter device_starts, device_guesses, device_alarm;
  oauth::DeviceAuthorization device;
  oauth::DynamicRegistration registration;
  oauth::OwnerClients owner_clients;
};

}  // namespace sigma::service
