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
///   who      any one of them lets a caller in; left out: nobody is asked
///   query    parameters by name, "!" after those that must be there; a schema, or null: any text
///   json, form, either   the body's schema: JSON, a form, or as the caller likes; with body_optional, it may be
///   missing ok       status → schema; "" has no body, "page" is HTML, and 302 goes elsewhere errors   api (the
///   default): {"message","code"}, oauth: {"error","error_description"}, not_found: api or {"error"},
///            page: HTML, or oauth for scripts
struct Endpoint {
  Handler* handler;
  const char* schemas = "{}";  ///< JSON Schemas by name; what several files name is in openapi/shared_schemas.cpp
  const char* operation;
};

}  // namespace sigma::service
