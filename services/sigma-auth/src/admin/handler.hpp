// What a handler of the admin API is. admin/routes.cpp declares each beside its path.
#pragma once
#include "admin/context.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

using AdminHandler = core::Task<http::Response>(AdminContext& admin, http::Request request);

}  // namespace sigma::service
