// A person's own account as a whole (docs/how-to/leave-and-take-everything-along.md).
#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

core::Task<http::Response> update_user(App& app, http::Request request);
core::Task<http::Response> delete_user(App& app, http::Request request);
core::Task<http::Response> export_user(App& app, http::Request request);

}  // namespace sigma::service
