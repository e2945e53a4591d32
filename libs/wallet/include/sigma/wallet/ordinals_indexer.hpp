#pragma once
#include <string>

#include "sigma/http/fetcher.hpp"
#include "sigma/wallet/ownership_provider.hpp"

namespace sigma::wallet {

/// The 1Sat ordinals API as GorillaPool serves it: `GET /api/txos/address/{address}/unspent` and
/// `GET /api/bsv20/{address}/balance`. Thread-safe.
class OrdinalsIndexer final : public OwnershipProvider {
 public:
  /// `base_url` without trailing slash. The fetcher bounds the time of a call.
  OrdinalsIndexer(http::Fetcher& fetcher, std::string base_url) : fetcher_(fetcher), base_url_(std::move(base_url)) {}

  core::Task<core::Result<NftPage>> nfts(std::string address, std::size_t offset, std::size_t limit) override;
  core::Task<core::Result<std::vector<TokenBalance>>> balances(std::string address) override;

 private:
  core::Task<core::Result<core::Json>> get(std::string path);

  http::Fetcher& fetcher_;
  const std::string base_url_;
};

}  // namespace sigma::wallet
