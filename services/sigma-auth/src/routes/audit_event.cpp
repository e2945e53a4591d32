#include "routes/audit_event.hpp"

#include "sigma/http/network.hpp"

namespace sigma::service {

oauth::AuditEvent audit_event(const http::Request& request, oauth::AuditType type) {
  oauth::AuditEvent event{.type = type};
  event.network = http::client_network(request.remote_address);
  event.request_id = request.request_id;
  return event;
}

oauth::AuditEvent audit_event(const http::Request& request, oauth::AuditType type,
                              const store::SessionWithUser& session) {
  oauth::AuditEvent event = audit_event(request, type);
  event.by_user(session.user.id);
  event.session_id = session.session.id;
  event.bap_id = session.session.active_bap_id;
  return event;
}

void note_sign_in(oauth::AuditEvent& event, const oauth::SignedIn& signed_in) {
  event.by_user(signed_in.user.id);
  event.session_id = signed_in.session.id;
  event.bap_id = signed_in.session.active_bap_id;
}

oauth::AuditEvent token_event(const http::Request& request, const oauth::ClientCredentials& credentials) {
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::token_issued);
  if (const auto id = credentials.form.find_nonempty("client_id")) event.client_id = store::ClientId{std::string(*id)};
  return event;
}

void record_tokens(CountedAudit& audit, oauth::AuditEvent event, const oauth::Result<core::Json>& tokens) {
  using enum oauth::ErrorCode;
  audit.count_token_request(core::json_string(event.detail, "grant_type").value_or(""),
                            tokens ? "" : tokens.error().name());
  if (!tokens) {
    const oauth::ErrorCode code = tokens.error().code();
    if (code == authorization_pending || code == slow_down || code == use_dpop_nonce || code == invalid_request) return;
  }
  record(audit, std::move(event), tokens);
}

void record(oauth::Audit& audit, oauth::AuditEvent event, const std::optional<oauth::Error>& error) {
  if (error && error->is_outage()) return;
  if (error) event.refuse(error->name());
  audit.record(std::move(event));
}

}  // namespace sigma::service
