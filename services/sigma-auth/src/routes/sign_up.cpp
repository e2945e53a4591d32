#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace {

// {"bapId": …, "intent": "sign-up"}; the intent keeps a body that was signed for something else from enrolling anybody.
oauth::Result<std::string> enrolled_identity(const http::Request& request) {
  SIGMA_TRY(const core::Json body, json_object(request));
  if (core::json_string(body, "intent") != "sign-up")
    return invalid("[body.intent] Invalid input: expected \"sign-up\"");
  return text_member(body, "bapId");
}

Task<http::Response> sign_up_sigma(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  if (auto allowed = check_origin(app, request); !allowed) co_return session_error(allowed.error());
  oauth::SignUpRequest sign_up;
  sign_up.x_auth_tokens = values_of(request, "X-Auth-Token");
  sign_up.enrollment_proofs = values_of(request, "X-Sigma-Enrollment-Proof");
  if (!sign_up.x_auth_tokens.empty() && !sign_up.enrollment_proofs.empty()) {
    auto bap_id = enrolled_identity(request);
    if (!bap_id) co_return session_error(bap_id.error());
    sign_up.bap_id = std::move(*bap_id);
  }
  sign_up.browser = browser_of(app, request);
  sign_up.body = std::move(request.body);
  auto signed_up = co_await app.sessions.sign_up(std::move(sign_up));
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::sign_up);
  if (signed_up) note_sign_in(event, *signed_up);
  record(app.audit, std::move(event), signed_up);
  if (!signed_up) co_return session_error(signed_up.error());

  core::log::info("signed_up", {{"user", signed_up->user.id.str()},
                                {"session", signed_up->session.id.str()},
                                {"request_id", request.request_id}});
  http::Response response = json_answer({{"user", {{"id", signed_up->user.id.str()}, {"pubkey", signed_up->pubkey}}}});
  set_session_cookie(app, response, signed_up->session_token);
  co_return response;
}

constexpr const char* kSchemas = R"json({
  "SignUp": {
    "type": "object", "required": ["intent", "bapId"],
    "properties": {"intent": {"const": "sign-up"}, "bapId": {"type": "string"}}
  },
  "SignedUp": {
    "type": "object", "required": ["user"], "additionalProperties": false,
    "properties": {
      "user": {
        "type": "object", "required": ["id", "pubkey"], "additionalProperties": false,
        "properties": {"id": {"type": "string"}, "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"}}
      }
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint sign_up_sigma{
    .handler = service::sign_up_sigma,
    .schemas = kSchemas,
    .operation = R"json({"who": ["x_auth_token"], "json": "SignUp", "ok": {"200": "SignedUp"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
