// What handlers tell the audit log.
#pragma once
#include <optional>

#include "counted_audit.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/sessions/session_service.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::service {

/// An event of this request: its network and id. The actor is a stranger until something is proven.
oauth::AuditEvent audit_event(const http::Request& request, oauth::AuditType type);
/// The same by a person who is signed in.
oauth::AuditEvent audit_event(const http::Request& request, oauth::AuditType type,
                              const store::SessionWithUser& session);
/// Who has signed in, or up.
void note_sign_in(oauth::AuditEvent& event, const oauth::SignedIn& signed_in);
/// A request for tokens, of the client that it says it comes from.
oauth::AuditEvent token_event(const http::Request& request, const oauth::ClientCredentials& credentials);
/// Counts how that went, and records it, but for what a correct client hears on its way: wait, slow down, use this
/// nonce.
void record_tokens(CountedAudit& audit, oauth::AuditEvent event, const oauth::Result<core::Json>& tokens);
/// Records how it went: nothing went wrong without `error`. Outages are none of the audit log's business.
void record(oauth::Audit& audit, oauth::AuditEvent event, const std::optional<oauth::Error>& error);
template <class T>
void record(oauth::Audit& audit, oauth::AuditEvent event, const oauth::Result<T>& result) {
  record(audit, std::move(event), result ? std::nullopt : std::optional<oauth::Error>(result.error()));
}

}  // namespace sigma::service
