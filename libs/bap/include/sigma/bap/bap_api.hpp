#pragma once
#include <optional>
#include <string>

#include "sigma/bap/chain_identity.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/fetcher.hpp"

namespace sigma::bap {

struct BapApiOptions {
  std::string base_url;                ///< "https://api.sigmaidentity.com/v1"
  std::string token;                   ///< of the API's operator; may be empty
  std::size_t max_bytes = 512 * 1024;  ///< of an answer
  std::size_t max_depth = 16;          ///< of its JSON
};

/// The BAP API (contract §9). An answer is an identity that may be believed, or nothing when the API knows none.
/// Errors: Code::invalid_input for an answer that must not be believed or cannot be read; unavailable, deadline,
/// overloaded when there is none.
class BapApi {
 public:
  BapApi(http::Fetcher& fetcher, BapApiOptions options) : fetcher_(fetcher), options_(std::move(options)) {}

  using Answer = core::Result<std::optional<ChainIdentity>>;
  /// The identity that a key with this address speaks for, or has spoken for.
  core::Task<Answer> by_address(std::string address);
  core::Task<Answer> by_id(std::string bap_id);

 private:
  core::Task<Answer> ask(std::string path, core::Json question);

  http::Fetcher& fetcher_;
  const BapApiOptions options_;
};

}  // namespace sigma::bap
