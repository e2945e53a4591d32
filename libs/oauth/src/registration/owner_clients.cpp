#include "sigma/oauth/registration/owner_clients.hpp"

#include <algorithm>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/log.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/registration/dynamic_registration.hpp"
#include "sigma/oauth/registration/sector_identifier.hpp"

namespace sigma::oauth {
namespace {

Error refused(std::string description) {
  return {ErrorCode::invalid_client_metadata, std::move(description)};
}

Error unknown_client() {
  return {ErrorCode::not_found, "client not found"};
}

// What is a `sub` of somebody: a user's id, or a pairwise subject, which is 32 bytes in base64url.
bool reads_as_subject(std::string_view id) {
  constexpr std::size_t kUuid = 36, kPairwise = 43;
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  if (id.size() == kPairwise) return true;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : !hex(id[i])) return false;
  }
  return id.size() == kUuid;
}

// An id that somebody chooses must not read as an address, as somebody else's key, or as a person (RFC 9068 §5).
Result<void> check_wanted_id(const store::Client& client) {
  const std::string& id = client.id.str();
  if (bitcoin::PublicKey::from_hex(id)) {
    const bool own = std::ranges::find(client.member_keys, id, &store::MemberKey::pubkey) != client.member_keys.end();
    if (!own) return refused("client_id is a public key; it must be the client's own member key.");
    return {};
  }
  if (!may_be_unverified(id))
    return refused("client_id must be 1 to 64 letters, digits, dots, dashes and underscores.");
  if (reads_as_subject(id) || is_made_client_id(id))
    return refused("client_id looks like an id that this server makes, of a person or of a client; choose a name.");
  return {};
}

// In a token without a person the subject is the client's id: somebody who chose the id would have chosen whom the
// token speaks of (RFC 9068 §5, RFC 9700 §4.15). `before`: what an administrator has allowed stays.
Result<void> check_own_tokens(const store::Client& client, const store::Client* before) {
  const auto allowed = [](const store::Client& of) {
    return std::ranges::find(of.grant_types, "client_credentials") != of.grant_types.end();
  };
  if (!allowed(client) || is_made_client_id(client.id.str()) || (before && allowed(*before))) return {};
  return refused(
      "grant_types cannot hold client_credentials for a client whose client_id was chosen: the id is the subject of "
      "its tokens. Register a client without choosing the id, or ask the operator.");
}

Result<IssuedClient> lift(core::Result<IssuedClient> issued) {
  if (issued) return std::move(*issued);
  const core::Error& error = issued.error();
  if (error.code() == core::Code::not_found) return unknown_client();
  if (error.code() == core::Code::forbidden) {
    return Error{ErrorCode::access_denied, fmt::format("An identity may own {} clients; delete one that is not needed.",
                                                       OwnerClients::kMaxPerIdentity)};
  }
  if (error.code() == core::Code::conflict || error.code() == core::Code::invalid_input)
    return refused(error.description());
  return Error{error};
}

}  // namespace

core::Task<Result<store::BapId>> OwnerClients::choose_owner(const store::SessionWithUser& session,
                                                            std::optional<store::BapId> wanted) {
  SIGMA_CO_TRY(const auto profiles, co_await store_.users.list_profiles(session.user.id));
  if (!wanted) wanted = session.session.active_bap_id;
  if (!wanted && profiles.size() == 1) wanted = profiles.front().bap_id;
  if (!wanted) co_return refused("Choose the identity that is to own the client: call organization/set-active first.");
  const bool theirs =
      std::ranges::any_of(profiles, [&](const store::Profile& profile) { return profile.bap_id == *wanted; });
  if (!theirs)
    co_return Error{ErrorCode::access_denied, "This identity is not one of yours; sign in with its member key first."};
  co_return std::move(*wanted);
}

core::Task<Result<void>> OwnerClients::check_keys(const store::UserId& user, const store::Client& client,
                                                  KeyProofs proofs, std::vector<std::string> proven) {
  SIGMA_CO_TRY(auto by_token, co_await proven_keys(x_auth_token_, std::move(proofs)));
  std::ranges::move(by_token, std::back_inserter(proven));
  SIGMA_CO_TRY(const auto profiles, co_await store_.users.list_profiles(user));
  for (const store::Profile& profile : profiles) proven.push_back(profile.member_pubkey);
  co_return check_keys_proven(client, proven);
}

core::Task<Result<IssuedClient>> OwnerClients::create(const store::SessionWithUser& session,
                                                      OwnedClientRequest request) {
  SIGMA_CO_TRY(store::BapId owner, co_await choose_owner(session, std::move(request.owner)));
  auto [client, faults] = describe_client(request.metadata, registry_.rules(), clock_.now());
  if (auto error = metadata_error(faults)) co_return std::move(*error);
  if (request.id) client.id = *request.id;
  if (request.id) SIGMA_CO_CHECK(check_wanted_id(client));
  if (request.id) SIGMA_CO_CHECK(check_own_tokens(client, nullptr));
  SIGMA_CO_CHECK(co_await check_keys(session.user.id, client, std::move(request.proofs), {}));
  SIGMA_CO_CHECK(co_await check_sector_identifier(client, documents_));
  client.owner_bap_id = std::move(owner);
  const store::ClientLimit limit{.max = kMaxPerIdentity, .since = {}};
  SIGMA_CO_TRY(IssuedClient issued, lift(co_await registry_.add(std::move(client), limit)));
  core::log::info("client_created_by_owner", {{"client_id", issued.client.id.str()}, {"user", session.user.id.str()}});
  co_return std::move(issued);
}

core::Task<Result<std::vector<store::Client>>> OwnerClients::list(const store::UserId& user) {
  std::vector<store::Client> all;
  SIGMA_CO_TRY(const auto profiles, co_await store_.users.list_profiles(user));
  for (const store::Profile& profile : profiles) {
    SIGMA_CO_TRY(auto owned, co_await store_.clients.list_owned(profile.bap_id));
    std::ranges::move(owned, std::back_inserter(all));
  }
  co_return all;
}

core::Task<Result<store::Client>> OwnerClients::find(const store::UserId& user, store::ClientId id) {
  SIGMA_CO_TRY(auto client, co_await store_.clients.find(std::move(id)));
  if (!client || !client->owner_bap_id) co_return unknown_client();
  SIGMA_CO_TRY(const auto profile, co_await store_.users.find_profile(*client->owner_bap_id));
  if (!profile || profile->user_id != user) co_return unknown_client();
  co_return std::move(*client);
}

core::Task<Result<store::Client>> OwnerClients::find_changeable(const store::UserId& user, store::ClientId id) {
  SIGMA_CO_TRY(store::Client client, co_await find(user, std::move(id)));
  if (client.disabled) co_return Error{ErrorCode::access_denied, "The operator has switched this client off."};
  co_return client;
}

core::Task<Result<IssuedClient>> OwnerClients::update(const store::UserId& user, store::ClientId id,
                                                      OwnedClientRequest request) {
  SIGMA_CO_TRY(store::Client current, co_await find_changeable(user, std::move(id)));
  auto [changed, faults] = patch_client(current, request.metadata, registry_.rules(), clock_.now());
  if (auto error = metadata_error(faults)) co_return std::move(*error);
  SIGMA_CO_CHECK(check_own_tokens(changed, &current));
  std::vector<std::string> proven;
  proven.reserve(current.member_keys.size());
  for (const store::MemberKey& key : current.member_keys) proven.push_back(key.pubkey);
  SIGMA_CO_CHECK(co_await check_keys(user, changed, std::move(request.proofs), std::move(proven)));
  SIGMA_CO_CHECK(co_await check_sector_identifier(changed, documents_));
  core::log::info("client_changed_by_owner", {{"client_id", current.id.str()}, {"user", user.str()}});
  co_return lift(co_await registry_.replace(std::move(current), std::move(changed)));
}

core::Task<Result<IssuedClient>> OwnerClients::rotate_secret(const store::UserId& user, store::ClientId id) {
  SIGMA_CO_TRY(const store::Client client, co_await find_changeable(user, std::move(id)));
  core::log::info("client_secret_rotated_by_owner", {{"client_id", client.id.str()}, {"user", user.str()}});
  co_return lift(co_await registry_.rotate_secret(client.id, core::Milliseconds{0}));
}

core::Task<Result<void>> OwnerClients::remove(const store::UserId& user, store::ClientId id) {
  SIGMA_CO_TRY(const store::Client client, co_await find_changeable(user, std::move(id)));
  SIGMA_CO_CHECK(co_await store_.clients.remove(client.id));
  core::log::info("client_deleted_by_owner", {{"client_id", client.id.str()}, {"user", user.str()}});
  co_return Result<void>{};
}

}  // namespace sigma::oauth
