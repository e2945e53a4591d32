#include "sigma/wallet/wallet_book.hpp"

#include <algorithm>

#include "sigma/core/log.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::wallet {
namespace {

using oauth::Error;
using oauth::ErrorCode;
using oauth::Result;

constexpr std::size_t kMaxProvider = 32;
/// Clocks of replicas may differ.
constexpr core::Milliseconds kClockMargin = std::chrono::minutes{1};

bool is_provider(std::string_view name) {
  return !name.empty() && name.size() <= kMaxProvider && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Error not_found() {
  return {ErrorCode::wallet_not_found, "This identity has no such wallet; see the list of connected wallets."};
}

}  // namespace

ChallengePurpose WalletBook::purpose(const store::SessionWithUser& session, const store::BapId& bap_id) const {
  return {policy_.base_url, bap_id, session.session.id};
}

core::Task<Result<void>> WalletBook::check_owner(store::UserId user, store::BapId bap_id) {
  SIGMA_CO_TRY(const auto profile, co_await users_.find_profile(std::move(bap_id)));
  if (!profile || profile->user_id != user) {
    co_return Error{ErrorCode::not_a_member, "This identity is not one of yours; sign in with its member key first."};
  }
  co_return Result<void>{};
}

core::Task<Result<Challenge>> WalletBook::challenge(store::SessionWithUser session, std::string bap_id) {
  SIGMA_CO_CHECK(co_await check_owner(session.user.id, store::BapId{bap_id}));
  co_return challenges_.make(purpose(session, store::BapId{bap_id}));
}

core::Task<Result<store::Wallet>> WalletBook::connect(store::SessionWithUser session, ConnectRequest request) {
  if (!is_provider(request.provider)) {
    co_return Error{ErrorCode::validation_error,
                    "[body.provider] Name the wallet with 1 to 32 of a to z, 0 to 9, '-' and '_', for example yours."};
  }
  const store::BapId bap_id{request.bap_id};
  SIGMA_CO_CHECK(co_await check_owner(session.user.id, bap_id));
  if (!request.challenge && policy_.require_challenge) {
    co_return Error{ErrorCode::invalid_challenge,
                    "Invalid challenge: this server wants proofs that name the account. POST wallet/challenge and sign "
                    "the text that it answers as the body of the token."};
  }
  oauth::XAuthTokenRule rule;
  for (const std::string_view path : {kConnectPath, kShortConnectPath}) rule.paths.emplace_back(path);
  std::optional<Challenge> challenge;
  if (request.challenge) {
    SIGMA_CO_TRY(challenge, challenges_.open(*request.challenge, purpose(session, bap_id)));
    rule.bodies.push_back(std::move(*request.challenge));
  }
  SIGMA_CO_TRY(auto outcome, co_await x_auth_token_.verify(std::move(request.auth_token), std::move(rule)));
  if (!outcome.token) {
    const bool malformed = outcome.fault.malformed;
    co_return Error{
        malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
        (malformed ? "Invalid auth token format: " : "Invalid auth token signature: ") + outcome.fault.description};
  }
  const core::UtcTime now = clock_.now();
  if (challenge) {
    const std::string key(crypto::view(crypto::sha256("wallet-challenge|" + challenge->nonce)));
    SIGMA_CO_TRY(const bool fresh, co_await replay_.first_use(key, now, challenge->expires_at + kClockMargin));
    if (!fresh) {
      co_return Error{ErrorCode::invalid_challenge,
                      "Invalid challenge: it was used before; each is good for one connection. Ask for a new one."};
    }
  }
  store::Wallet wallet;
  wallet.address = outcome.token->pubkey.address();
  wallet.pubkey = outcome.token->pubkey.hex();
  wallet.user_id = session.user.id;
  wallet.bap_id = bap_id;
  wallet.provider = std::move(request.provider);
  wallet.connection_method = challenge ? "challenge" : "signature";
  wallet.connected_at = wallet.last_verified = now;
  SIGMA_CO_TRY(const auto connection, co_await wallets_.connect(wallet, kMaxWallets, challenge.has_value()));
  switch (connection) {
    case store::WalletConnection::elsewhere:
      co_return Error{
          ErrorCode::wallet_connected_elsewhere,
          "Another account has connected this wallet. Disconnect it there, or connect it here with a signed "
          "challenge (POST wallet/challenge)."};
    case store::WalletConnection::too_many:
      co_return Error{ErrorCode::too_many_wallets,
                      "This account has 20 wallets, which is the most it can have; disconnect one first."};
    case store::WalletConnection::done:
      break;
  }
  core::log::info("wallet_connected", {{"user", session.user.id.str()},
                                       {"bap_id", bap_id.str()},
                                       {"address", wallet.address},
                                       {"method", wallet.connection_method}});
  co_return wallet;
}

core::Task<Result<std::vector<store::Wallet>>> WalletBook::list(store::UserId user, std::optional<std::string> bap_id) {
  if (bap_id) SIGMA_CO_CHECK(co_await check_owner(user, store::BapId{*bap_id}));
  SIGMA_CO_TRY(auto wallets, co_await wallets_.list(std::move(user)));
  if (bap_id) std::erase_if(wallets, [&](const store::Wallet& wallet) { return wallet.bap_id.str() != *bap_id; });
  co_return wallets;
}

core::Task<Result<void>> WalletBook::disconnect(store::UserId user, std::string bap_id, std::string address) {
  SIGMA_CO_TRY(const bool gone, co_await wallets_.disconnect(user, store::BapId{bap_id}, address));
  if (!gone) co_return not_found();
  core::log::info("wallet_disconnected", {{"user", user.str()}, {"bap_id", bap_id}, {"address", address}});
  co_return Result<void>{};
}

core::Task<Result<void>> WalletBook::set_primary(store::UserId user, std::string bap_id, std::string address) {
  SIGMA_CO_TRY(const bool done,
               co_await wallets_.set_primary(std::move(user), store::BapId{bap_id}, std::move(address)));
  if (!done) co_return not_found();
  co_return Result<void>{};
}

}  // namespace sigma::wallet
