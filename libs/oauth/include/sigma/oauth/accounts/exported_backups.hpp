#pragma once
#include "sigma/core/json.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

inline constexpr std::string_view kExportPath = "/api/user/export";

/// Adds to each identity of OwnAccount::export_all() its newest encrypted backup, `newest_backup`. For the person
/// alone: whoever has one can try passwords on it for ever.
core::Task<Result<void>> add_newest_backups(store::BackupStore& backups, core::Json& exported);
/// Says instead, where there is one, that it was left out and how to get it: `newest_backup_withheld`.
void withhold_newest_backups(core::Json& exported);

}  // namespace sigma::oauth
