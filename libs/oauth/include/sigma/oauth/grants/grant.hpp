#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// What the phases of the token endpoint have proven before a grant decides.
struct TokenRequest {
  store::Client client;
  http::Form form;
  std::optional<std::string> dpop_jkt;  ///< thumbprint of the key whose possession was proven (RFC 9449)
  AuditEvent* audit = nullptr;          ///< what will be said of the request: the grant adds what it knows
};

/// Tells `audit`, if there is one, whose token this is.
void note_token(AuditEvent* audit, const store::AccessToken& token);
/// Tells it that something was used twice, and that this ended the grant.
void note_reuse(AuditEvent* audit, const store::GrantId& grant, const store::UserId& user);

/// One way to get tokens. The token endpoint runs the phases around it (parameters, client, policy), so that no grant
/// can forget one; a grant only decides about its own input.
class Grant {
 public:
  virtual ~Grant() = default;
  /// The value of grant_type.
  virtual std::string_view type() const = 0;
  /// Parameters whose absence is reported before the client is even looked up (contract §3's order).
  virtual Result<void> check_parameters(const http::Form& form) const = 0;
  /// The client is authenticated and allowed to use this grant.
  virtual core::Task<Result<core::Json>> exchange(TokenRequest request) = 0;
};

}  // namespace sigma::oauth
