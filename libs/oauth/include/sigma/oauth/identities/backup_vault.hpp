// Encrypted backups of identities, kept for their owners (contract §8). What is in them only their owners can read.
#pragma once
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kBackupPath = "/api/backup/sync";
inline constexpr std::int64_t kBackupsKept = 5;  ///< of each identity

/// How long those of an identity that nobody signs in with lie here after the newest of them.
inline constexpr core::Milliseconds kUnclaimedKept = std::chrono::days{30};

/// A request signed with an identity's member key.
struct BackupRequest {
  std::vector<std::string> tokens;  ///< every X-Auth-Token of the request, from whichever header
  std::string body;                 ///< exact bytes; empty for a pull
  std::string bap_id;
};

struct KeptBackup {
  store::Backup backup;
  std::vector<store::BackupVersion> versions;  ///< newest first
};

class BackupVault {
 public:
  BackupVault(store::BackupStore& backups, store::UserStore& users, XAuthTokenVerifier& x_auth_token,
              const core::Clock& clock, const Settings& settings)
      : backups_(backups), users_(users), x_auth_token_(x_auth_token), clock_(clock), settings_(settings) {}

  /// Keeps a new version. Errors: those of the token; bap_ownership_failed when the identity does not derive from the
  /// key; validation_error for a backup that is not encrypted; restore_profile_not_found for an identity that is
  /// unknown where nobody joins without signing up, or where as many unknown ones as may have left backups already.
  core::Task<Result<std::int64_t>> push(BackupRequest request, std::string encrypted);
  /// One version, or the newest; nothing when it is not there.
  core::Task<Result<std::optional<KeptBackup>>> pull(BackupRequest request, std::optional<std::int64_t> version);
  /// Keeps a new version for somebody who is signed in as the identity's owner.
  core::Task<Result<std::int64_t>> keep(store::BapId bap_id, std::string encrypted);
  /// Removes backups of identities that are nobody's and have got no new one in kUnclaimedKept; of how many identities.
  core::Task<Result<std::size_t>> remove_unclaimed(std::size_t batch);

 private:
  core::Task<Result<store::BapId>> proven_identity(BackupRequest request);
  /// Whether one more identity of nobody may leave something here.
  core::Task<Result<void>> take_room(store::BapId bap_id);

  store::BackupStore& backups_;
  store::UserStore& users_;
  XAuthTokenVerifier& x_auth_token_;
  const core::Clock& clock_;
  const Settings& settings_;
  std::mutex mutex_;
  std::int64_t unclaimed_ = 0;               ///< as counted last, and taken since
  std::optional<core::UtcTime> counted_at_;  ///< of unclaimed_
};

}  // namespace sigma::oauth
