#include "sigma/oauth/audit/audit.hpp"

#include <algorithm>

namespace sigma::oauth {
namespace {

using enum AuditType;

constexpr AuditTraits kTraits[] = {
    {sign_in, "sign_in", "A person signed in, or could not"},
    {sign_up, "sign_up", "A key enrolled with a proof of its own, or could not"},
    {sign_out, "sign_out", "A person ended the session, or an application asked for it"},
    {session_revoked, "session_revoked", "A session was ended from elsewhere: by its person or an administrator"},
    {consent_given, "consent_given", "A person answered on the consent page; refused: said no"},
    {consent_narrowed, "consent_narrowed", "A person took scopes out of a consent"},
    {consent_withdrawn, "consent_withdrawn", "A person withdrew a consent; its tokens died"},
    {device_approved, "device_approved", "A person let a device sign in"},
    {device_denied, "device_denied", "A person said no to a device"},
    {identity_changed, "identity_changed",
     "A person added or changed an identity, its wallets, or the account's name or picture"},
    {entitlements_changed, "entitlements_changed",
     "What is in a person's wallets gave or took roles or a tier; `because` says which rule, which wallet, before and "
     "after"},
    {code_issued, "code_issued", "An application got an authorization code"},
    {token_issued, "token_issued", "An application got tokens, or was refused"},
    {token_refreshed, "token_refreshed", "An application refreshed its tokens, or was refused"},
    {token_revoked, "token_revoked", "An application ended a token of its own"},
    {reuse_detected, "reuse_detected", "A code or refresh token was used twice; the tokens of its grant were revoked"},
    {client_created, "client_created", "A client was registered"},
    {client_changed, "client_changed", "A client was changed"},
    {client_deleted, "client_deleted", "A client was removed with its tokens"},
    {client_key_added, "client_key_added", "A member key was added to a client"},
    {client_key_removed, "client_key_removed", "A member key was removed from a client"},
    {client_secret_rotated, "client_secret_rotated", "A client got a new secret"},
    {admin_access, "admin_access", "Somebody came to the admin API without the right token; once a minute a network"},
    {key_rotated, "key_rotated", "A signing key got a successor, by command or by the schedule"},
    {secrets_resealed, "secrets_resealed", "Signing keys and salts were sealed again, with the newest SIGMA_SECRET"},
    {data_imported, "data_imported",
     "Applications, people, identities and consents were taken over; `detail` counts them"},
    {user_disabled, "user_disabled", "An account was switched off; its sessions and tokens ended"},
    {user_enabled, "user_enabled", "An account was switched on again"},
    {user_deleted, "user_deleted", "An account was removed"},
    {log_level_changed, "log_level_changed", "The level of the process log was changed"},
    {rate_limited, "rate_limited", "A limit was exceeded; once a minute for each limit and network"},
    {log_opened, "log_opened", "A process began its stream; names the last rows of the streams before it"},
    {checkpoint, "checkpoint", "A sign of life; names the last rows of the other streams"},
    {events_lost, "events_lost", "The queue was full: so many events are in the process log only"},
    {rows_removed, "rows_removed", "Rows that were old enough were removed from a stream"},
    {log_closed, "log_closed", "A process ended its stream in order"},
};

}  // namespace

const AuditTraits& traits(AuditType type) {
  return *std::ranges::find(kTraits, type, &AuditTraits::type);
}

std::span<const AuditTraits> all_audit_traits() {
  return kTraits;
}

std::string_view to_string(AuditOutcome outcome) {
  return outcome == AuditOutcome::ok ? "ok" : "refused";
}

}  // namespace sigma::oauth
