#include "sigma/oauth/registration/client_directory.hpp"

#include "sigma/oauth/device/unverified_client.hpp"

namespace sigma::oauth {

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find_row(store::ClientId id) {
  if (const auto known = known_.recall(id.str())) co_return std::optional(*known);
  const auto begun = known_.begin();
  SIGMA_CO_TRY(auto found, co_await clients_.find(id));
  // A key that is taken away stops at once everywhere, and a client that is switched on again starts at once.
  const bool may_wait = found && found->member_keys.empty() && !found->disabled;
  if (may_wait && known_.remembers()) known_.remember(id.str(), std::make_shared<const store::Client>(*found), begun);
  co_return std::move(found);
}

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find(store::ClientId id) {
  SIGMA_CO_TRY(auto kept, co_await find_row(id));
  if (kept && (!is_document_client(*kept) || (documents_ && kept->disabled))) co_return std::move(kept);
  if (!documents_ || !is_client_id_url(id.str())) co_return std::optional<store::Client>{};
  SIGMA_CO_TRY(store::Client client, co_await documents_->find(std::move(id)));
  co_return std::optional{std::move(client)};
}

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find_by_member_key(std::string pubkey) {
  SIGMA_CO_TRY(auto client, co_await clients_.find_by_member_key(std::move(pubkey)));
  co_return std::move(client);
}

bool ClientDirectory::counts(const store::Client& kept) const {
  return documents_ || !is_document_client(kept);
}

core::Task<Result<std::optional<store::Client>>> ClientDirectory::find_kept(store::ClientId id) {
  SIGMA_CO_TRY(auto kept, co_await clients_.find(std::move(id)));
  if (kept && !counts(*kept)) kept.reset();
  co_return std::move(kept);
}

core::Task<Result<void>> ClientDirectory::keep(store::Client client) {
  if (client.expires_at) {
    const core::UtcTime seen = client.updated_at;
    client.expires_at.reset();
    client.updated_at = seen + core::Milliseconds{1};
    SIGMA_CO_CHECK(co_await clients_.update(std::move(client), seen));
    co_return Result<void>{};
  }
  if (!is_unverified(client) && !is_document_client(client)) co_return Result<void>{};
  SIGMA_CO_TRY(const bool created, co_await clients_.create(client));
  if (created || is_unverified(client)) co_return Result<void>{};
  // The row shows what the document said last. Only the operator's decision stays, and wins when both change it.
  SIGMA_CO_TRY(const auto kept, co_await clients_.find(client.id));
  if (!kept) co_return Result<void>{};
  client.disabled = kept->disabled;
  client.created_at = kept->created_at;
  if (render_client(*kept) == render_client(client)) co_return Result<void>{};
  client.updated_at = std::max(client.updated_at, kept->updated_at + core::Milliseconds{1});
  SIGMA_CO_CHECK(co_await clients_.update(std::move(client), kept->updated_at));
  co_return Result<void>{};
}

}  // namespace sigma::oauth
