#pragma once
#include <optional>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// What one poll found.
struct DevicePoll {
  DeviceCode code;        ///< after the poll
  bool too_fast = false;  ///< it was pending and the interval was not over; the interval has grown
};

/// A person's yes.
struct DeviceApproval {
  GrantId grant_id;
  UserId user_id;
  SessionId session_id;  ///< or the id of the grant whose token stands for a session
  std::optional<BapId> bap_id;
  std::vector<std::string> scopes;  ///< what the person was shown
  UtcTime auth_time;
};

/// What became of it.
enum class Approval {
  done,
  not_pending,  ///< unknown, expired, or answered before
  withdrawn,    ///< the consent or the session (or the grant, of a token) behind it has ended at the same moment
};

/// Device codes (RFC 8628).
///
///   pending ──approve──▶ approved ──redeem──▶ consumed
///      └──────deny─────▶ denied
///
/// Each arrow is one atomic step that happens at most once, on whatever replica.
class DeviceStore {
 public:
  explicit DeviceStore(Database& db) : db_(db) {}

  /// False when the user code is taken.
  core::Task<core::Result<bool>> create(DeviceCode code);
  core::Task<core::Result<std::optional<DeviceCode>>> find_by_user_code(SecretHash user_code_hash);
  /// One atomic step: notes the poll and, when it came before the interval was over, makes the interval 5 s longer
  /// (RFC 8628 §3.5). Nothing, and nothing noted, for another client's code.
  core::Task<core::Result<std::optional<DevicePoll>>> poll(SecretHash hash, ClientId client, UtcTime now);
  /// Together with the grant, so that sign-out and withdrawn consent reach it before its tokens exist. Needs the
  /// consent (remember it first) and the session it is given in.
  core::Task<core::Result<Approval>> approve(SecretHash user_code_hash, UtcTime now, DeviceApproval approval);
  core::Task<core::Result<bool>> deny(SecretHash user_code_hash, UtcTime now, UserId user);
  /// One atomic step: consumes an approved code whose grant lives and, only then, stores the tokens.
  core::Task<core::Result<Consumed>> redeem(SecretHash hash, UtcTime now, IssuedTokens tokens);

 private:
  Database& db_;
};

}  // namespace sigma::store
