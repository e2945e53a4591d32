#pragma once
#include <atomic>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/http/fetcher.hpp"
#include "sigma/wallet/ownership_provider.hpp"

namespace sigma::wallet {

/// The 1Sat ordinals API as GorillaPool serves it: `GET /api/txos/address/{address}/unspent` and
/// `GET /api/bsv20/{address}/balance`. After five failures in a row it asks nobody for ten seconds. Thread-safe.
class OrdinalsIndexer final : public OwnershipProvider {
 public:
  /// `base_url` without trailing slash. The fetcher bounds the time of a call.
  OrdinalsIndexer(http::Fetcher& fetcher, const core::Clock& clock, std::string base_url)
      : fetcher_(fetcher), clock_(clock), base_url_(std::move(base_url)) {}

  core::Task<core::Result<NftPage>> nfts(std::string address, std::size_t offset, std::size_t limit) override;
  core::Task<core::Result<std::vector<TokenBalance>>> balances(std::string address) override;

 private:
  core::Task<core::Result<core::Json>> get(std::string path);
  core::Result<core::Json> count(core::Result<core::Json> answer);

  http::Fetcher& fetcher_;
  const core::Clock& clock_;
  const std::string base_url_;
  std::atomic<int> failures_{0};
  std::atomic<std::int64_t> rest_until_ms_{0};
};

}  // namespace sigma::wallet
