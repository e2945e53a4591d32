#pragma once
#include "sigma/bap/resolver.hpp"
#include "sigma/cache/cache.hpp"
#include "sigma/cache/pub_sub.hpp"
#include "sigma/cache/rate_limiter.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/fetcher.hpp"
#include "sigma/oauth/accounts/account_book.hpp"
#include "sigma/oauth/accounts/own_account.hpp"
#include "sigma/oauth/authorize/authorizer.hpp"
#include "sigma/oauth/authorize/handover.hpp"
#include "sigma/oauth/authorize/pushed_requests.hpp"
#include "sigma/oauth/client_auth/client_assertion.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/consents/consent_book.hpp"
#include "sigma/oauth/device/attempt_limiter.hpp"
#include "sigma/oauth/device/device_authorization.hpp"
#include "sigma/oauth/dpop/dpop_verifier.hpp"
#include "sigma/oauth/grants/token_endpoint.hpp"
#include "sigma/oauth/identities/backup_vault.hpp"
#include "sigma/oauth/identities/identity_book.hpp"
#include "sigma/oauth/identities/profile_refresher.hpp"
#include "sigma/oauth/introspection/introspection.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/logout/back_channel.hpp"
#include "sigma/oauth/logout/end_session.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/registration/client_documents.hpp"
#include "sigma/oauth/registration/dynamic_registration.hpp"
#include "sigma/oauth/registration/owner_clients.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"
#include "sigma/oauth/sessions/entitlement_source.hpp"
#include "sigma/oauth/sessions/session_service.hpp"
#include "sigma/oauth/sessions/token_sessions.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/live_tokens.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"
#include "sigma/oauth/userinfo/userinfo.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// What an Engine works with. All of it outlives the engine.
struct Surroundings {
  store::Store& store;
  const crypto::Sealer& sealer;
  http::Fetcher& outbound;  ///< for every address that a client or a stranger chose
  const core::Clock& clock;
  core::Random& random;
  core::WorkPool& signing_pool;
  cache::RateLimiter& limiter;  ///< counts for all replicas
  bap::Resolver& chain;         ///< who is who on chain
  cache::Cache& cache;
  cache::PubSub* revocations = nullptr;  ///< reaches all replicas; without it no live token and no client is remembered
  EntitlementSource* entitlements = nullptr;  ///< null: roles and tiers are what the rows of users say
  const core::Clock* steady = nullptr;        ///< for ages inside this process (core::SteadyClock); null: `clock`
};

/// The protocol assembled: one object a question (docs/architecture.md, "Rooms of libs/oauth"). A service calls its
/// members and renders what they answer. Thread-safe once started.
struct Engine {
  Engine(Settings settings_, const Surroundings& surroundings);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Makes or loads what is kept in the store before anything can be served: keys and salts.
  core::Task<core::Result<void>> start();
  /// Something that was live may be so no more, or a client has changed: nothing that was read before counts here or in
  /// any other replica. For Database::tell_of_revocations.
  core::Task<> revoked();

  const Settings settings;
  store::Store& store;
  const crypto::Sealer& sealer;
  const core::Clock& clock;
  EntitlementSource* const entitlements;  ///< may be null

  KeyManager keys;
  SubjectIdentifiers subjects;
  RemoteDocuments client_documents, client_resources;
  ClientDocuments described_clients;
  ClientDirectory clients;
  LiveTokens live_tokens;
  XAuthTokenVerifier x_auth_token;
  ClientAssertionVerifier client_assertions;
  AttemptLimiter client_requests, client_secret_failures;
  AttemptLimiter device_starts, device_guesses, device_alarm;
  ClientAuthenticator client_authenticator;
  ProfileRefresher profiles;
  SessionService sessions;
  TokenSessions token_sessions;
  DpopVerifier dpop;
  PushedRequests pushed_requests;
  EndSession end_session;
  BackChannelLogout back_channel_logout;
  AccountBook accounts;
  OwnAccount own_account;
  ConsentBook consents;
  IdentityBook identities;
  BackupVault backups;
  Handover handover;
  Authorizer authorizer;
  TokenIssuer issuer;
  TokenEndpoint token;
  UserInfo userinfo;
  TokenStatus token_status;
  DeviceAuthorization device;
  DynamicRegistration registration;
  OwnerClients owner_clients;
};

}  // namespace sigma::oauth
