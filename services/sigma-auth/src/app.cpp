#include "app.hpp"

#include "sigma/oauth/grants/authorization_code.hpp"
#include "sigma/oauth/grants/client_credentials.hpp"
#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth/grants/refresh_token.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"

namespace sigma::service {
namespace {

std::vector<std::unique_ptr<oauth::Grant>> make_grants(App& app, core::Random& random) {
  std::vector<std::unique_ptr<oauth::Grant>> grants;
  grants.push_back(std::make_unique<oauth::AuthorizationCodeGrant>(app.store, app.issuer, app.clock, app.settings));
  grants.push_back(std::make_unique<oauth::RefreshTokenGrant>(app.store, app.issuer, app.clock, random, app.settings));
  grants.push_back(
      std::make_unique<oauth::ClientCredentialsGrant>(app.store.tokens, app.issuer, app.clock, random, app.settings));
  grants.push_back(std::make_unique<oauth::DeviceCodeGrant>(app.store, app.issuer, app.clock, app.settings));
  grants.push_back(std::make_unique<oauth::TokenExchangeGrant>(app.store, app.clients, app.issuer, app.subjects,
                                                               app.clock, app.settings));
  return grants;
}

std::vector<std::string> with_own_origin(std::vector<std::string> origins, const std::string& own) {
  origins.insert(origins.begin(), own);
  return origins;
}

// Security cases 37 and 43. Wrong codes: enough for slips of the finger, hopeless for a search among 2^40.
constexpr oauth::WindowLimiter::Limit kDeviceStarts{.max_attempts = 60, .window = std::chrono::minutes{1}};
constexpr oauth::WindowLimiter::Limit kDeviceGuesses{.max_attempts = 5, .window = std::chrono::minutes{5}};
constexpr oauth::WindowLimiter::Limit kDeviceAlarm{.max_attempts = 200, .window = std::chrono::minutes{10}};

}  // namespace

App::App(oauth::Settings settings_, std::vector<std::string> trusted_origins_, store::Store& store_,
         const crypto::Sealer& sealer_, std::unique_ptr<http::Client> outbound_, const core::Clock& clock_,
         core::Random& random_, core::WorkPool& signing_pool)
    : settings(std::move(settings_)),
      trusted_origins(with_own_origin(std::move(trusted_origins_), settings.base_url)),
      secure_cookies(settings.base_url.starts_with("https:")),
      store(store_),
      sealer(sealer_),
      clock(clock_),
      outbound(std::move(outbound_)),
      keys(store.keys, sealer, signing_pool, clock, random_, settings),
      subjects(store.server_secrets, sealer, clock, random_),
      client_documents(*outbound, clock, {.max_bytes = oauth::kMaxClientDocument}),
      client_resources(*outbound, clock, {.max_bytes = 32 * 1024, .max_documents = 500}),
      described_clients(client_documents, client_resources, clock, settings),
      clients(store.clients, settings.client_id_metadata_documents ? &described_clients : nullptr),
      x_auth_token(store.replay, clock),
      client_assertions(store.replay, client_resources, clock, settings),
      client_authenticator(clients, x_auth_token, client_assertions, clock, settings),
      sessions(store.users, store.sessions, x_auth_token, clock, random_, settings),
      token_sessions(store, clients, clock),
      dpop(store.replay, sealer, clock, settings),
      pushed_requests(store.pushed_requests, client_authenticator, dpop, clock, random_, settings),
      end_session(sessions, clients, subjects, keys, sealer, clock, settings),
      back_channel_logout(store.logout_deliveries, clients, subjects, keys, signing_pool, *outbound, clock, random_,
                          settings),
      consents(store.consents, clock),
      identities(store.users, x_auth_token, clock),
      backups(store.backups, store.users, x_auth_token, clock, settings),
      handover(sealer, clock, settings),
      authorizer(store, clients, pushed_requests, handover, keys, subjects, clock, random_, settings),
      issuer(keys, subjects, signing_pool, clock, random_, settings),
      token(client_authenticator, dpop, make_grants(*this, random_)),
      userinfo(store, clients, subjects, clock),
      token_status(store, clients, client_authenticator, subjects, clock, settings),
      device_starts(clock, kDeviceStarts),
      device_guesses(clock, kDeviceGuesses),
      device_alarm(clock, kDeviceAlarm),
      device(store, clients, client_authenticator, {device_starts, device_guesses, device_alarm}, clock, random_,
             settings),
      registration(store.clients, x_auth_token, client_resources, clock, random_, settings),
      owner_clients(store, x_auth_token, client_resources, clock, random_, settings) {}

core::Task<core::Result<void>> App::start() {
  SIGMA_CO_CHECK(co_await keys.start());
  co_return co_await subjects.start();
}

}  // namespace sigma::service
