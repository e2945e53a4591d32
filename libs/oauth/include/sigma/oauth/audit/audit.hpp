// What the audit log is told: who did what to whom, and whether it was allowed (docs/how-to/audit.md).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::oauth {

enum class AuditType {
  // People
  sign_in,
  sign_up,
  sign_out,
  session_revoked,
  consent_given,
  consent_narrowed,
  consent_withdrawn,
  device_approved,
  device_denied,
  identity_changed,
  entitlements_changed,
  // Grants and tokens
  code_issued,
  token_issued,
  token_refreshed,
  token_revoked,
  reuse_detected,
  // Applications
  client_created,
  client_changed,
  client_deleted,
  client_key_added,
  client_key_removed,
  client_secret_rotated,
  // Administration
  admin_access,
  key_rotated,
  secrets_resealed,
  data_imported,
  user_disabled,
  user_enabled,
  user_deleted,
  log_level_changed,
  // Alarms
  rate_limited,
  // The log itself
  log_opened,
  checkpoint,
  events_lost,
  rows_removed,
  log_closed,
};

struct AuditTraits {
  AuditType type;
  std::string_view name;     ///< in rows and filters
  std::string_view meaning;  ///< one sentence for the reference
};
const AuditTraits& traits(AuditType type);
std::span<const AuditTraits> all_audit_traits();

enum class AuditOutcome { ok, refused };
std::string_view to_string(AuditOutcome outcome);

/// Who acts: "user:<id>" and "client:<id>", or one of these.
inline constexpr std::string_view kOperator = "operator";  ///< who holds the admin token
inline constexpr std::string_view kCommandLine = "command-line";
inline constexpr std::string_view kServer = "server";
inline constexpr std::string_view kSchedule = "schedule";  ///< the server, because the time has come
inline constexpr std::string_view kStranger = "stranger";  ///< who has proven nothing

/// One event. Ids only: no secret, and nothing of a person but ids and the network.
struct AuditEvent {
  AuditType type;
  AuditOutcome outcome = AuditOutcome::ok;
  std::string actor = std::string(kStranger);
  std::optional<store::ClientId> client_id = {};
  std::optional<store::UserId> user_id = {};  ///< whom it concerns
  std::optional<store::BapId> bap_id = {};
  std::optional<store::SessionId> session_id = {};
  std::string network = {};  ///< http::client_network() of the peer
  std::string request_id = {};
  core::Json detail = core::Json::object();  ///< small: error codes, scopes, ids of grants and keys

  void by_user(const store::UserId& id) {
    actor = "user:" + id.str();
    user_id = id;
  }
  void by_client(const store::ClientId& id) {
    actor = "client:" + id.str();
    client_id = id;
  }
  void refuse(std::string_view error_name) {
    outcome = AuditOutcome::refused;
    detail["error"] = error_name;
  }
};

/// Where events go. record() never waits and never fails.
class Audit {
 public:
  virtual ~Audit() = default;
  virtual void record(AuditEvent event) = 0;
};

}  // namespace sigma::oauth
