#include "wallets.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace sigma::service {
namespace {

constexpr std::size_t kMaxRules = 1024 * 1024;
constexpr std::size_t kMaxAnswer = 2 * 1024 * 1024;

core::Result<wallet::EntitlementRules> read_rules(const std::string& path) {
  if (path.empty()) return wallet::EntitlementRules{};
  const auto wrong = [&](const std::string& what) {
    return core::Error{core::Code::invalid_input, "SIGMA_ENTITLEMENTS_FILE (" + path + "): " + what};
  };
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return wrong("cannot be read.");
  if (text.view().size() > kMaxRules) return wrong("is larger than a megabyte.");
  auto rules = wallet::EntitlementRules::parse(text.view());
  if (!rules) return wrong(rules.error().description());
  return rules;
}

core::Result<wallet::EntitlementRules> usable_rules(const Config& config) {
  SIGMA_TRY(auto rules, read_rules(config.entitlements_file));
  if (!rules.empty() && config.indexer_url.empty()) {
    return core::Error{core::Code::invalid_input,
                       "SIGMA_ENTITLEMENTS_FILE has rules about wallets, but nobody can be asked what is in them: set "
                       "SIGMA_INDEXER_URL, for example https://ordinals.gorillapool.io."};
  }
  return rules;
}

// An answer is asked for again well before it is too old to count.
core::Milliseconds refresh_interval(const Config& config) {
  return std::min<core::Milliseconds>(std::chrono::seconds{10}, core::Milliseconds{config.entitlements_max_age} / 4);
}

wallet::HoldingsOptions holdings_options(const Config& config) {
  wallet::HoldingsOptions options;
  options.max_age = config.entitlements_max_age;
  options.patience = config.indexer_timeout;
  options.refresh_interval = refresh_interval(config);
  return options;
}

wallet::EntitlementOptions entitlement_options(const Config& config) {
  wallet::EntitlementOptions options;
  options.max_age = config.entitlements_max_age;
  options.patience = config.indexer_timeout;
  options.retry_after = refresh_interval(config);
  options.admin_bap_ids = config.admin_bap_ids;
  return options;
}

}  // namespace

Indexer::Indexer(const Config& config, std::unique_ptr<http::Client> client_, cache::Cache& cache,
                 const core::Clock& clock)
    : client(std::move(client_)),
      breaker(*client, steady),
      ordinals(breaker, config.indexer_url),
      holdings(ordinals, cache, clock, holdings_options(config)) {}

Wallets::Wallets(const Config& config, store::Database& database, store::Store& store, const crypto::Sealer& sealer,
                 std::unique_ptr<Indexer> indexer_, wallet::EntitlementRules rules, oauth::Audit& audit,
                 const core::Clock& clock, core::Random& random)
    : rows(database),
      entitlement_rows(database),
      book(rows, store, sealer, clock, random, {config.base_url, config.wallet_challenge_required}),
      indexer(std::move(indexer_)),
      holdings(indexer ? &indexer->holdings : nullptr),
      entitlements(store.users, rows, entitlement_rows, holdings, std::move(rules), audit, clock,
                   entitlement_options(config)),
      has_admins_(!config.admin_bap_ids.empty()) {}

bool Wallets::has_entitlements() const {
  return has_admins_ || (holdings && !entitlements.rules().empty());
}

void Wallets::stop() {
  if (indexer) {
    indexer->client->stop();
    indexer->holdings.stop();
  }
  entitlements.stop();
}

core::Result<void> check_entitlements_file(const Config& config) {
  SIGMA_CHECK(usable_rules(config));
  return {};
}

core::Result<std::unique_ptr<Wallets>> make_wallets(const Config& config, store::Database& database,
                                                    store::Store& store, const crypto::Sealer& sealer,
                                                    cache::Cache& cache, oauth::Audit& audit, const core::Clock& clock,
                                                    core::Random& random) {
  SIGMA_TRY(auto rules, usable_rules(config));
  std::unique_ptr<Indexer> indexer;
  if (!config.indexer_url.empty()) {
    http::ClientOptions options;
    options.deadline = config.indexer_timeout;
    options.body_limit = kMaxAnswer;
    options.ca_file = config.outbound_ca_file;
    options.allow_private_addresses = options.allow_plain_http = config.outbound_private_addresses;
    SIGMA_TRY(auto client, http::Client::make(std::move(options)));
    indexer = std::make_unique<Indexer>(config, std::move(client), cache, clock);
  }
  return std::make_unique<Wallets>(config, database, store, sealer, std::move(indexer), std::move(rules), audit, clock,
                                   random);
}

}  // namespace sigma::service
