#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "admin/handler.hpp"
#include "openapi/parts.hpp"
#include "paging.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

/// What a call takes and answers, for the OpenAPI document. Schemas by name: admin/openapi_schemas.cpp.
struct AdminShape {
  const char* answer = nullptr;     ///< null: no content
  int status = 200;                 ///< of success
  const char* request = nullptr;    ///< null: no body
  const ListRules* list = nullptr;  ///< whose limit, cursor and filters the query may hold
  bool request_required = true;     ///< or else the body may be left out
  std::string_view answer_type = kJsonType;
};

/// One call of the admin API, and of health and metrics beside it.
struct AdminEntry {
  http::Method method;
  const char* path;
  AdminHandler* handler;
  const char* summary;
  AdminShape shape = {};
  bool open = false;  ///< without token
};
std::span<const AdminEntry> admin_table();

/// Does what a call asks for, at most once where it carries an Idempotency-Key; who may ask is for the caller to know.
core::Task<http::Response> answer_admin(AdminContext& admin, const AdminEntry& entry, http::Request request);

/// Every path of the admin listener; all but health and metrics ask for the admin token.
std::vector<http::Route> admin_routes(AdminContext& admin);

/// What the transport refuses (404, 405, 413 …) as problem documents; below /admin the token comes first, so that
/// strangers do not learn which paths exist.
std::function<http::Response(const http::Request&, int, std::string_view)> admin_transport_error(
    const AdminContext& admin);

}  // namespace sigma::service
