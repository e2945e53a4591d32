#include "provider/provider.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/run.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store_sqlite/connector.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kCleanupBatch = 500;
constexpr std::size_t kMostRemembered = 1'000;

// What seals the signing keys in the database. In a file of its own, not in the vault: applications check signatures
// and fetch our keys while the wallet is locked as well.
core::Result<crypto::Sealer> open_sealer(const Config& config, core::Random& random) {
  const auto file = config.folder / "provider.secret";
  auto text = vault::read_file(file, 4 * kSecretBytes);
  if (!text && text.error().code() == core::Code::not_found) {
    text = core::hex_encode(random.bytes(kSecretBytes));
    SIGMA_CHECK(vault::replace_file(file, *text));
  }
  if (!text) return text.error();
  std::vector<crypto::SecretBytes> secrets;
  secrets.emplace_back(*text);
  crypto::wipe(*text);
  return crypto::Sealer::create(secrets);
}

oauth::Settings settings_of(const Config& config) {
  oauth::Settings settings;
  settings.base_url = settings.issuer = config.base_url();
  settings.scopes = {"openid", "profile", "offline_access"};
  // Nobody registers clients for the person: applications come by themselves, and the person decides about each.
  settings.client_id_metadata_documents = true;
  settings.dynamic_registration = oauth::DynamicRegistrationMode::open;
  settings.open_registrations_per_day = 100;  // pages have a smaller share (admit_page)
  return settings;
}

// One person: a thread to read and one to write are enough.
store::DatabaseOptions small() {
  return {.read_workers = 1, .write_workers = 1, .max_queued_reads = 256, .max_queued_writes = 256};
}

}  // namespace

Provider::Provider(const Config& config, crypto::Sealer sealer, std::unique_ptr<store::Database> database,
                   http::Fetcher& outbound, const core::Clock& clock, core::Random& random)
    : sealer_(std::move(sealer)),
      database_(std::move(database)),
      store_(*database_),
      signing_pool_("signing", 1, 64),
      limiter_(clock, kMostRemembered),
      cache_(clock, {.max_entries = kMostRemembered, .max_bytes = 1024 * 1024}),
      chain_(nullptr, cache_, store_.chain_keys, clock, metrics_),
      engine_(settings_of(config),
              {store_, sealer_, outbound, clock, random, signing_pool_, limiter_, chain_, cache_}) {}

Provider::~Provider() {
  stop();
}

core::Result<std::unique_ptr<Provider>> Provider::open(const Config& config, http::Fetcher& outbound,
                                                       const core::Clock& clock, core::Random& random) {
  SIGMA_TRY(crypto::Sealer sealer, open_sealer(config, random));
  store::sql::Connector connector = store_sqlite::make_connector((config.folder / "provider.db").string());
  SIGMA_CHECK(store::Migrator(connector, clock).migrate());
  auto database = std::make_unique<store::Database>(std::move(connector), small());
  std::unique_ptr<Provider> provider(
      new Provider(config, std::move(sealer), std::move(database), outbound, clock, random));
  SIGMA_CHECK(core::run_to_end(provider->engine_.start()));
  return provider;
}

core::Task<bool> Provider::admit_page(std::string origin) {
  constexpr cache::RateLimit kOfOrigin{.limit = 5, .window = std::chrono::hours{24}};
  constexpr cache::RateLimit kOfPages{.limit = 25, .window = std::chrono::hours{24}};
  const auto alone = co_await limiter_.allow("page-registers|" + std::move(origin), kOfOrigin);
  if (!alone.allowed) co_return false;
  co_return (co_await limiter_.allow("pages-register", kOfPages)).allowed;
}

core::Task<> Provider::tend() {
  if (const auto keys = co_await engine_.keys.tend(); !keys) core::log::error("keys_not_tended", keys.error());
  for (;;) {
    const auto removed = co_await store_.maintenance.remove_expired(engine_.clock.now(), kCleanupBatch);
    if (!removed) core::log::error("cleanup_failed", removed.error());
    if (!removed || *removed < kCleanupBatch) break;
  }
}

void Provider::stop() {
  signing_pool_.stop();
  database_->stop();
}

}  // namespace sigma::tokenpass
