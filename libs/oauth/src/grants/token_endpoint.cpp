#include "sigma/oauth/grants/token_endpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "each_once.hpp"

namespace sigma::oauth {

void note_token(AuditEvent* audit, const store::AccessToken& token) {
  if (!audit) return;
  audit->user_id = token.user_id;
  audit->bap_id = token.bap_id;
  audit->session_id = token.session_id;
  audit->detail["grant"] = token.grant_id.str();
  audit->detail["scopes"] = token.scopes;
}

void note_reuse(AuditEvent* audit, const store::GrantId& grant, const store::UserId& user) {
  if (!audit) return;
  audit->type = AuditType::reuse_detected;
  audit->user_id = user;
  audit->detail["grant"] = grant.str();
}

std::vector<std::string> TokenEndpoint::grant_types() const {
  std::vector<std::string> types;
  types.reserve(grants_.size());
  for (const auto& grant : grants_) types.emplace_back(grant->type());
  return types;
}

core::Task<Result<core::Json>> TokenEndpoint::exchange(ClientCredentials request, std::string path, AuditEvent* audit) {
  // 1. Every parameter at most once (RFC 6749 §3.2; resource may repeat, RFC 8707 §2).
  SIGMA_CO_CHECK(each_once(request.form, {"resource", "audience"}));
  // 2. The grant.
  const auto type = request.form.find_nonempty("grant_type");
  if (!type) co_return Error{ErrorCode::invalid_request, "grant_type is missing."};
  const auto found =
      std::find_if(grants_.begin(), grants_.end(), [&](const auto& grant) { return grant->type() == *type; });
  if (found == grants_.end()) {
    co_return Error{ErrorCode::unsupported_grant_type,
                    fmt::format("This grant_type is not supported. Supported: {}.", fmt::join(grant_types(), ", "))};
  }
  Grant& grant = **found;
  if (audit) audit->detail["grant_type"] = grant.type();
  SIGMA_CO_CHECK(grant.check_parameters(request.form));
  // 3. The key, if one is proven (RFC 9449 §5). Before anything is used up: a proof without the nonce is sent again.
  TokenRequest exchange{{}, request.form, {}, audit};
  SIGMA_CO_TRY(exchange.dpop_jkt, co_await dpop_.verify({request.dpop_proofs, "POST", path}));
  // 4. The client, by the method it is registered with.
  SIGMA_CO_TRY(exchange.client, co_await authenticator_.authenticate(std::move(request), std::move(path)));
  if (audit) audit->by_client(exchange.client.id);
  // 5. What this client may do at all.
  const auto& allowed = exchange.client.grant_types;
  if (std::find(allowed.begin(), allowed.end(), grant.type()) == allowed.end()) {
    co_return Error{ErrorCode::unauthorized_client,
                    fmt::format("This client is not registered for grant_type {}.", grant.type())};
  }
  if (!exchange.dpop_jkt && exchange.client.metadata.value("dpop_bound_access_tokens", false)) {
    co_return Error{ErrorCode::invalid_dpop_proof,
                    "This client is registered for key-bound tokens; send a DPoP proof (RFC 9449)."};
  }
  // 6. The grant's own decision, which stores what it issues in the commit that consumes its input.
  co_return co_await grant.exchange(std::move(exchange));
}

}  // namespace sigma::oauth
