#include "sigma/oauth/authorize/pushed_requests.hpp"

#include <fmt/format.h>

#include "each_once.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"
#include "sigma/oauth/authorize/handover.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

/// How long a row is kept for a person who has begun.
constexpr core::Milliseconds kKept = std::chrono::hours{1};

// What proves the client is no part of the authorization request.
bool is_client_proof(std::string_view name) {
  return name == "client_secret" || name == "client_assertion" || name == "client_assertion_type";
}

Error unusable() {
  return {ErrorCode::invalid_request_uri,
          "The request_uri is unknown, expired, used already, or another client's; push the request again."};
}

}  // namespace

core::Task<Result<core::Json>> PushedRequests::push(ClientCredentials request) {
  if (request.form.find_nonempty("request_uri"))
    co_return Error{ErrorCode::invalid_request, "A pushed request cannot hold a request_uri (RFC 9126, section 2.1)."};
  AuthorizationRequest checked;
  const http::Form sent = Handover::strip(request.form);
  SIGMA_CO_CHECK(each_once(sent, {"resource"}));
  for (const auto& [name, value] : sent.parameters()) {
    if (!is_client_proof(name)) checked.parameters.add(name, value);
  }
  SIGMA_CO_TRY(const auto proven_key,
               co_await dpop_.verify({request.dpop_proofs, "POST", std::string(kPushedRequestPath)}));
  SIGMA_CO_TRY(checked.client,
               co_await authenticator_.authenticate(std::move(request), std::string(kPushedRequestPath)));
  if (proven_key) {
    const auto named = checked.parameters.find_nonempty("dpop_jkt");
    if (named && *named != *proven_key)
      co_return Error{ErrorCode::invalid_dpop_proof, "dpop_jkt names another key than the one of the DPoP proof."};
    if (!named) checked.parameters.add("dpop_jkt", *proven_key);
  }
  if (!checked.parameters.find("client_id")) checked.parameters.add("client_id", checked.client.id.str());
  // There is no page here: what would be shown on one is a plain invalid_request (RFC 9126 §2.3).
  if (auto known = check_rules(checked, page_rules(), settings_); !known)
    co_return Error{ErrorCode::invalid_request, known.error().description()};
  SIGMA_CO_CHECK(check_rules(checked, redirect_rules(), settings_));

  const core::UtcTime now = clock_.now();
  const std::string request_uri = std::string(kPushedRequestPrefix) + make_bearer_secret(random_);
  store::PushedRequest row;
  row.hash = hash_secret(request_uri);
  row.client_id = checked.client.id;
  row.parameters = checked.parameters.encode();
  row.created_at = now;
  row.request_expires_at = now + settings_.pushed_request_lifetime;
  row.expires_at = row.request_expires_at + kKept;
  SIGMA_CO_CHECK(co_await requests_.create(std::move(row)));
  co_return core::Json{{"request_uri", request_uri}, {"expires_in", settings_.pushed_request_lifetime.count()}};
}

core::Task<Result<http::Form>> PushedRequests::open(std::string request_uri, std::string client_id,
                                                    core::UtcTime started_at) {
  SIGMA_CO_TRY(const auto row, co_await requests_.find(hash_secret(request_uri)));
  const bool usable = row && !row->consumed_at && row->client_id.str() == client_id &&
                      started_at < row->request_expires_at && clock_.now() < row->expires_at;
  if (!usable) co_return unusable();
  auto parameters = http::Form::parse(row->parameters);
  if (!parameters) co_return unusable();
  co_return std::move(*parameters);
}

core::Task<Result<void>> PushedRequests::consume(std::string request_uri) {
  SIGMA_CO_TRY(const auto outcome, co_await requests_.consume(hash_secret(request_uri), clock_.now()));
  if (outcome != store::Consumed::done) co_return unusable();
  co_return Result<void>{};
}

}  // namespace sigma::oauth
