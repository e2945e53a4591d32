#include "sigma/oauth/registration/key_proofs.hpp"

#include <algorithm>

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxProofs = 5;

Error refused(std::string description) {
  return {ErrorCode::invalid_client_metadata, std::move(description)};
}

}  // namespace

core::Task<Result<std::vector<std::string>>> proven_keys(XAuthTokenVerifier& verifier, KeyProofs proofs) {
  if (proofs.x_auth_tokens.size() > kMaxProofs)
    co_return refused(fmt::format("Send at most {} X-Auth-Token headers.", kMaxProofs));
  std::vector<std::string> proven;
  for (std::string& token : proofs.x_auth_tokens) {
    XAuthTokenRule rule;
    rule.paths = {proofs.path};
    rule.bodies = {proofs.body};
    SIGMA_CO_TRY(const auto outcome, co_await verifier.verify(std::move(token), std::move(rule)));
    if (!outcome.token) co_return refused("X-Auth-Token: " + outcome.fault.description);
    proven.push_back(outcome.token->pubkey.hex());
  }
  co_return proven;
}

Result<void> check_keys_proven(const store::Client& client, const std::vector<std::string>& proven) {
  for (const store::MemberKey& key : client.member_keys) {
    if (std::ranges::find(proven, key.pubkey) != proven.end()) continue;
    return refused(
        fmt::format("member_pubkeys: prove that you hold {}: sign this very request with it and send the "
                    "result in the X-Auth-Token header.",
                    key.pubkey));
  }
  return {};
}

}  // namespace sigma::oauth
