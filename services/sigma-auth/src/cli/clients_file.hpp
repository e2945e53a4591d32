#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

/// SIGMA_CLIENTS_FILE: a JSON array of clients (names of the admin API, plus `client_secret` in the clear for the secret
/// methods). Each is created, or made to be what the file says; clients that are not in it stay. Nothing is changed
/// when any of them is faulty: Code::invalid_input with a line for each.
core::Task<core::Result<void>> apply_clients_file(store::Store& store, const core::Clock& clock, std::string path);

}  // namespace sigma::service
