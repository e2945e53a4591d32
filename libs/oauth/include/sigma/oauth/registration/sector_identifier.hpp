#pragma once
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

/// Whoever names a sector_identifier_uri must be named by it: its JSON array holds every redirect URI of the client
/// (OpenID Connect Core §8.1). Nothing to check without one. Errors: invalid_client_metadata, temporarily_unavailable.
core::Task<Result<void>> check_sector_identifier(const store::Client& client, RemoteDocuments& documents);

}  // namespace sigma::oauth
