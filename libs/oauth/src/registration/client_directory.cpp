#include "sigma/oauth/registration/client_directory.hpp"

#include "sigma/oauth/device/unverified_client.hpp"

namespace sigma::oauth {

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find(store::ClientId id) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(std::move(id)));
  co_return std::move(client);
}

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find_by_member_key(std::string pubkey) {
  SIGMA_CO_TRY(auto client, co_await clients_.find_by_member_key(std::move(pubkey)));
  co_return std::move(client);
}

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find_kept(store::ClientId id) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(std::move(id)));
  co_return std::move(client);
}

core::Task<Result<void>> ClientDirectory::keep(store::Client client) {
  if (!is_unverified(client)) co_return Result<void>{};
  // False when it is there already, as it is from the second time on.
  SIGMA_CO_CHECK(co_await clients_.create(std::move(client)));
  co_return Result<void>{};
}

}  // namespace sigma::oauth
