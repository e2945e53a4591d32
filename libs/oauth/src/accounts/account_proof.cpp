#include "sigma/oauth/accounts/account_proof.hpp"

namespace sigma::oauth {
namespace {

constexpr core::Milliseconds kFresh = std::chrono::hours{24};

}  // namespace

bool is_fresh(const store::Session& session, core::UtcTime now) {
  return now - session.auth_time < kFresh;
}

core::Task<Result<bool>> is_signed_by(store::UserStore& users, XAuthTokenVerifier& verifier, store::UserId account,
                                      std::vector<std::string> tokens, std::string_view path, std::string body) {
  if (tokens.empty()) co_return false;
  if (tokens.size() > 1)
    co_return Error{ErrorCode::invalid_auth_token_format, "Send one X-Auth-Token header, not several."};
  XAuthTokenRule rule;
  rule.paths.emplace_back(path);
  rule.bodies.push_back(std::move(body));
  SIGMA_CO_TRY(const auto outcome, co_await verifier.verify(std::move(tokens.front()), std::move(rule)));
  if (!outcome.token) {
    co_return Error{
        outcome.fault.malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
        outcome.fault.description};
  }
  SIGMA_CO_TRY(const auto signer, co_await users.find_by_pubkey(outcome.token->pubkey.hex()));
  if (!signer || signer->id != account)
    co_return Error{ErrorCode::bap_ownership_failed, "The X-Auth-Token is signed by a key that is not this account's."};
  co_return true;
}

}  // namespace sigma::oauth
