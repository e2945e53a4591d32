#include "sigma/oauth/identities/backup_vault.hpp"

#include <algorithm>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/json.hpp"

namespace sigma::oauth {
namespace {

// Members of the backup formats of bitcoin-backup before encryption. A wallet that sends one of them has forgotten to
// encrypt; such a text must not even rest here.
constexpr const char* kSecretMembers[] = {"xprv", "rootPk", "mnemonic", "wif", "ordPk", "payPk", "identityPk"};

constexpr core::Milliseconds kCountAgain = std::chrono::minutes{1};

Result<void> check_encrypted(std::string_view backup) {
  if (backup.empty()) return Error{ErrorCode::validation_error, "[body.encryptedBackup] The backup is empty."};
  const auto json = core::parse_json(backup);
  const bool readable = backup.starts_with("xprv") ||
                        (json && json->is_object() &&
                         std::ranges::any_of(kSecretMembers, [&](auto name) { return json->contains(name); }));
  if (!readable) return {};
  return Error{ErrorCode::validation_error,
               "[body.encryptedBackup] This backup holds readable keys. Encrypt it before it leaves the wallet; it was "
               "not stored."};
}

}  // namespace

core::Task<Result<store::BapId>> BackupVault::proven_identity(BackupRequest request) {
  if (request.tokens.empty()) {
    co_return Error{ErrorCode::no_auth_token_provided,
                    "No auth token provided: send Authorization: Bitcoin-Auth <token>, signed with the identity's "
                    "member key."};
  }
  if (request.tokens.size() > 1)
    co_return Error{ErrorCode::invalid_auth_token_format, "Invalid auth token format: send one token, not several."};
  XAuthTokenRule rule;
  rule.paths.emplace_back(kBackupPath);
  if (!request.body.empty()) rule.bodies.push_back(std::move(request.body));
  SIGMA_CO_TRY(auto outcome, co_await x_auth_token_.verify(std::move(request.tokens.front()), std::move(rule)));
  if (!outcome.token) {
    co_return Error{
        outcome.fault.malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
        std::move(outcome.fault.description)};
  }
  store::BapId own{bap::bap_id_from_root_address(outcome.token->pubkey.address())};
  if (own.str() != request.bap_id) {
    co_return Error{ErrorCode::bap_ownership_failed,
                    "The token is not signed with the member key of the identity named in bapId."};
  }
  co_return own;
}

core::Task<Result<std::int64_t>> BackupVault::push(BackupRequest request, std::string encrypted) {
  SIGMA_CO_TRY(store::BapId bap_id, co_await proven_identity(std::move(request)));
  SIGMA_CO_TRY(const auto profile, co_await users_.find_profile(bap_id));
  if (!profile && !settings_.implicit_sign_up)
    co_return Error{ErrorCode::restore_profile_not_found, "This identity is not known here yet; sign up first."};
  if (!profile) SIGMA_CO_CHECK(co_await take_room(bap_id));
  co_return co_await keep(std::move(bap_id), std::move(encrypted));
}

// Keys cost nothing, so without a bound a stranger fills the disk. Counting is dear, so it is done once a minute, and a
// few more than may get in.
core::Task<Result<void>> BackupVault::take_room(store::BapId bap_id) {
  SIGMA_CO_TRY(const auto versions, co_await backups_.list(std::move(bap_id)));
  if (!versions.empty()) co_return Result<void>{};  // counted already
  const core::UtcTime now = clock_.now();
  const auto is_counted = [&] { return counted_at_ && *counted_at_ <= now && now - *counted_at_ < kCountAgain; };
  std::unique_lock lock(mutex_);
  if (!is_counted()) {
    lock.unlock();
    SIGMA_CO_TRY(const std::int64_t unclaimed, co_await backups_.count_unclaimed());
    lock.lock();
    unclaimed_ = unclaimed;
    counted_at_ = now;
  }
  if (unclaimed_ >= settings_.unclaimed_backups) {
    co_return Error{ErrorCode::restore_profile_not_found,
                    "This server keeps no more backups of identities that nobody has signed in with. Sign in with this "
                    "identity, then send the backup again."};
  }
  ++unclaimed_;
  co_return Result<void>{};
}

core::Task<Result<std::size_t>> BackupVault::remove_unclaimed(std::size_t batch) {
  SIGMA_CO_TRY(const std::size_t removed, co_await backups_.remove_unclaimed(clock_.now() - kUnclaimedKept, batch));
  co_return removed;
}

core::Task<Result<std::optional<KeptBackup>>> BackupVault::pull(BackupRequest request,
                                                                std::optional<std::int64_t> version) {
  SIGMA_CO_TRY(const store::BapId bap_id, co_await proven_identity(std::move(request)));
  SIGMA_CO_TRY(auto backup, co_await backups_.find(bap_id, version));
  if (!backup) co_return std::optional<KeptBackup>{};
  SIGMA_CO_TRY(auto versions, co_await backups_.list(bap_id));
  co_return KeptBackup{std::move(*backup), std::move(versions)};
}

core::Task<Result<std::int64_t>> BackupVault::keep(store::BapId bap_id, std::string encrypted) {
  SIGMA_CO_CHECK(check_encrypted(encrypted));
  SIGMA_CO_TRY(const std::int64_t version,
               co_await backups_.add(std::move(bap_id), std::move(encrypted), clock_.now(), kBackupsKept));
  co_return version;
}

}  // namespace sigma::oauth
