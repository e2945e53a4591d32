#include "sigma/oauth/engine.hpp"

#include "sigma/oauth/grants/authorization_code.hpp"
#include "sigma/oauth/grants/client_credentials.hpp"
#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth/grants/refresh_token.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"

namespace sigma::oauth {
namespace {

std::vector<std::unique_ptr<Grant>> make_grants(Engine& engine, core::Random& random) {
  const Settings& settings = engine.settings;
  const core::Clock& clock = engine.clock;
  store::Store& store = engine.store;
  std::vector<std::unique_ptr<Grant>> grants;
  grants.push_back(std::make_unique<AuthorizationCodeGrant>(store, engine.live_tokens, engine.issuer, clock, settings));
  grants.push_back(std::make_unique<RefreshTokenGrant>(store, engine.issuer, clock, random, settings));
  grants.push_back(std::make_unique<ClientCredentialsGrant>(store.tokens, engine.issuer, clock, random, settings));
  grants.push_back(std::make_unique<DeviceCodeGrant>(store, engine.issuer, clock, settings));
  grants.push_back(
      std::make_unique<TokenExchangeGrant>(store.tokens, engine.live_tokens, engine.issuer, engine.subjects, settings));
  return grants;
}

// Security cases 37 and 43. Wrong codes: enough for slips of the finger, hopeless for a search among 2^40.
constexpr cache::RateLimit kDeviceStarts{.limit = 60, .window = std::chrono::minutes{1}};
constexpr cache::RateLimit kDeviceGuesses{.limit = 5, .window = std::chrono::minutes{5}};
constexpr cache::RateLimit kDeviceAlarm{.limit = 200, .window = std::chrono::minutes{10}};
// Security case 65. Generous to a backend that was deployed with the wrong secret, and hopeless for a search.
constexpr cache::RateLimit kSecretFailures{.limit = 100, .window = std::chrono::minutes{5}};

const core::Clock& steady_of(const Surroundings& with) {
  return with.steady ? *with.steady : with.clock;
}

}  // namespace

Engine::Engine(Settings settings_, const Surroundings& with)
    : settings(std::move(settings_)),
      store(with.store),
      sealer(with.sealer),
      clock(with.clock),
      entitlements(with.entitlements),
      keys(store.keys, sealer, with.signing_pool, clock, with.random, settings),
      subjects(store.server_secrets, sealer, clock, with.random),
      client_documents(with.outbound, steady_of(with), {.max_bytes = kMaxClientDocument}),
      client_resources(with.outbound, steady_of(with), {.max_bytes = 32 * 1024, .max_documents = 500}),
      described_clients(client_documents, client_resources, clock, settings),
      clients(store.clients, settings.client_id_metadata_documents ? &described_clients : nullptr, with.revocations),
      live_tokens(store.live_access, clients, clock, with.revocations),
      x_auth_token(store.replay, clock),
      client_assertions(store.replay, client_resources, clock, settings),
      client_requests(with.limiter, "client", {settings.requests_per_client, std::chrono::minutes{1}}),
      client_secret_failures(with.limiter, "client_secret", kSecretFailures),
      device_starts(with.limiter, "device_start", kDeviceStarts),
      device_guesses(with.limiter, "user_code", kDeviceGuesses),
      device_alarm(with.limiter, "user_codes", kDeviceAlarm),
      client_authenticator(clients, x_auth_token, client_assertions, {client_requests, client_secret_failures}, clock,
                           settings),
      profiles(store.chain_keys, with.chain, with.cache, clock),
      sessions(store.users, store.sessions, store.chain_keys, with.chain, profiles, x_auth_token, clock, with.random,
               settings),
      token_sessions(live_tokens),
      dpop(store.replay, sealer, clock, settings),
      pushed_requests(store.pushed_requests, client_authenticator, dpop, clock, with.random, settings),
      end_session(sessions, clients, subjects, keys, sealer, clock, settings),
      back_channel_logout(store.logout_deliveries, clients, subjects, keys, with.signing_pool, with.outbound, clock,
                          with.random, settings),
      accounts(store, clock),
      own_account(store, x_auth_token, clock),
      consents(store.consents, clock),
      identities(store.users, with.chain, x_auth_token, clock),
      backups(store.backups, store.users, x_auth_token, clock, settings),
      handover(sealer, clock, settings),
      authorizer(store, clients, pushed_requests, handover, keys, subjects, clock, with.random, settings),
      issuer(keys, subjects, with.signing_pool, clock, with.random, settings, entitlements),
      token(client_authenticator, dpop, make_grants(*this, with.random)),
      userinfo(live_tokens, subjects, entitlements),
      token_status(store, live_tokens, client_authenticator, subjects, clock, settings),
      device(store, clients, client_authenticator, {device_starts, device_guesses, device_alarm}, clock, with.random,
             settings),
      registration(store.clients, x_auth_token, client_resources, clock, with.random, settings),
      owner_clients(store, x_auth_token, client_resources, clock, with.random, settings) {}

core::Task<core::Result<void>> Engine::start() {
  SIGMA_CO_CHECK(co_await keys.start());
  co_return co_await subjects.start();
}

core::Task<> Engine::revoked() {
  clients.forget();
  co_await live_tokens.revoked();
}

}  // namespace sigma::oauth
