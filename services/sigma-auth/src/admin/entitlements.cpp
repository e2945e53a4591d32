#include "admin/answers.hpp"
#include "admin/entitlement_json.hpp"
#include "admin/handler.hpp"

namespace sigma::service {

core::Task<http::Response> get_entitlements(AdminContext& admin, http::Request request) {
  auto explained = co_await explain_entitlements(admin.store, admin.wallets, request.path_parameters.at("id"));
  if (!explained) co_return problem(explained.error());
  if (!*explained) co_return problem(404, "There is no user, and no identity, with this id.");
  co_return admin_json(**explained);
}

}  // namespace sigma::service
