// What stands behind a path of the public listener: a handler parses, calls the domain, renders; its endpoint says what
// that takes and answers. Both are in one file of routes/, and routes.cpp gives them their path.
#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

using core::Task;
using Handler = Task<http::Response>(App& app, http::Request request);

/// A handler, described. openapi/public_api.cpp makes the OpenAPI document of the descriptions, and all answers of
/// tests/e2e are held against that. `operation` is JSON with these members:
///
/// - who: any one of them lets a caller in, of session, x_auth_token, client, bearer, dpop, registration_token, and
///   public for nobody in particular. Left out, nobody is asked.
/// - query: parameters by name, with "!" after those that must be there; each a schema, or null for any text.
/// - json, form, either: the schema of the body, as JSON, as a form, or as the caller likes. With body_optional: true
///   it may be missing.
/// - ok: status and schema; "" has no body, "page" is HTML, and 302 goes elsewhere.
/// - errors: api, the default, is {"message","code"}; oauth is {"error","error_description"}; not_found is api's or
///   {"error"}; page is HTML, or oauth's for scripts.
struct Endpoint {
  Handler* handler;
  const char* schemas = "{}";  ///< JSON Schemas by name; what several files name is in openapi/shared_schemas.cpp
  const char* operation;
};

}  // namespace sigma::service
