#include "sigma/oauth/consents/consent_book.hpp"

#include <fmt/format.h>

#include "sigma/oauth/authorize/claims_request.hpp"

namespace sigma::oauth {
namespace {

Error no_consent() {
  return {ErrorCode::not_found, "There is no such consent; get-consents lists those that exist."};
}

}  // namespace

// Neither part holds a blank.
std::string consent_id(const store::Consent& consent) {
  return consent.client_id.str() + ' ' + (consent.bap_id ? consent.bap_id->str() : "");
}

core::Task<Result<std::vector<store::Consent>>> ConsentBook::list(store::UserId user) {
  SIGMA_CO_TRY(auto consents, co_await consents_.list(std::move(user)));
  co_return consents;
}

core::Task<Result<store::Consent>> ConsentBook::find(store::UserId user, std::string id) {
  SIGMA_CO_TRY(auto consents, co_await list(std::move(user)));
  for (store::Consent& consent : consents) {
    if (consent_id(consent) == id) co_return std::move(consent);
  }
  co_return no_consent();
}

core::Task<Result<store::Consent>> ConsentBook::narrow(store::UserId user, std::string id, Scopes scopes) {
  SIGMA_CO_TRY(const store::Consent consent, co_await find(user, std::move(id)));
  if (scopes.empty())
    co_return Error{ErrorCode::invalid_request, "No scope would be left; withdraw the consent with delete-consent."};
  for (const std::string& scope : scopes) {
    if (has_scope(consent.scopes, scope)) continue;
    co_return Error{ErrorCode::invalid_request,
                    fmt::format("A consent can only be narrowed here, and it does not hold one of these scopes ({}). "
                                "For more access the application sends the person to the consent page.",
                                join_scopes(scopes))};
  }
  SIGMA_CO_TRY(auto narrowed, co_await consents_.narrow(std::move(user), consent.client_id, consent.bap_id,
                                                        std::move(scopes), scopes_of_claims, clock_.now()));
  if (!narrowed) co_return no_consent();
  co_return std::move(*narrowed);
}

core::Task<Result<void>> ConsentBook::withdraw(store::UserId user, std::string id) {
  SIGMA_CO_TRY(const store::Consent consent, co_await find(user, std::move(id)));
  SIGMA_CO_CHECK(co_await consents_.withdraw(std::move(user), consent.client_id, consent.bap_id, clock_.now()));
  co_return Result<void>{};
}

}  // namespace sigma::oauth
