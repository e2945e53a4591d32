#include "sigma/store/live_access_store.hpp"

#include "row_statements.hpp"
#include "token_statements.hpp"

namespace sigma::store {

Task<Found<AccessContext>> LiveAccessStore::find(SecretHash hash) {
  return db_.read([hash = std::move(hash)](Connection& connection) -> Result<std::optional<AccessContext>> {
    SIGMA_TRY(auto token, select_access(connection, hash));
    if (!token) return std::optional<AccessContext>{};
    AccessContext found;
    SIGMA_TRY(found.client, select_client(connection, token->client_id));
    if (token->user_id) {
      SIGMA_TRY(found.user, select_user(connection, *token->user_id));
    }
    if (token->bap_id) {
      SIGMA_TRY(found.profile, select_profile(connection, *token->bap_id));
    }
    found.token = std::move(*token);
    return std::optional{std::move(found)};
  });
}

}  // namespace sigma::store
