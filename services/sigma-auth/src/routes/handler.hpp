// What a handler of the public listener is: it parses, calls the domain, renders. routes.cpp declares each beside its
// path.
#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

using core::Task;
using Handler = Task<http::Response>(App& app, http::Request request);

}  // namespace sigma::service
