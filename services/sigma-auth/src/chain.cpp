#include "chain.hpp"

#include "metrics_table.hpp"

namespace sigma::service {

core::Result<std::unique_ptr<http::Client>> make_bap_client(const Config& config) {
  http::ClientOptions options;
  options.deadline = config.bap_api_timeout;
  options.idle_connections = 16;
  options.ca_file = config.outbound_ca_file;
  options.allow_private_addresses = config.outbound_private_addresses || config.bap_api_private_address;
  options.allow_plain_http = config.outbound_private_addresses;
  return http::Client::make(std::move(options));
}

core::Result<std::unique_ptr<Chain>> Chain::make(const Config& config, cache::Cache& cache, store::ChainKeyStore& keys,
                                                 const core::Clock& clock, core::Metrics& metrics) {
  std::unique_ptr<Chain> chain(new Chain());
  if (!config.bap_api_url.empty()) {
    SIGMA_TRY(chain->client_, make_bap_client(config));
    chain->breaker_.emplace(*chain->client_, chain->steady_);
    bap::BapApiOptions options;
    options.base_url = config.bap_api_url;
    options.token = std::string(config.bap_api_token.view());
    chain->api_.emplace(*chain->breaker_, std::move(options));
    chain->open_ = &core::gauge_of(metrics, metric::kBapCircuitOpen);
  }
  bap::ResolverOptions waiting;
  waiting.patience = config.bap_api_timeout;
  chain->resolver_.emplace(chain->api_ ? &*chain->api_ : nullptr, cache, keys, clock, metrics, waiting);
  return chain;
}

void Chain::measure() {
  if (breaker_) open_->Set(breaker_->open() ? 1 : 0);
}

void Chain::stop() {
  if (client_) client_->stop();
  resolver_->stop();
}

}  // namespace sigma::service
