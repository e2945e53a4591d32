#pragma once
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

struct ClientsFileOutcome {
  std::size_t created = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
};

/// What apply_clients_file would refuse in the file, without a look at the store.
core::Result<void> check_clients_file(const std::string& path, core::UtcTime now);

/// Makes the named clients exactly what the JSON array in `path` says (SIGMA_CLIENTS_FILE): as the admin API takes
/// them, with client_id and, for client_secret_* methods, client_secret (32 characters or more). Other clients are left
/// alone. Nothing is written unless every entry is right; Code::invalid_input has one line a faulty entry. Reads the
/// file in place: for start-up.
core::Task<core::Result<ClientsFileOutcome>> apply_clients_file(store::Store& store, const core::Clock& clock,
                                                                std::string path, oauth::Audit& audit);

}  // namespace sigma::service
