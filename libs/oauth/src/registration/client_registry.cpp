#include "sigma/oauth/registration/client_registry.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr int kAttempts = 5;
constexpr std::size_t kIdLength = 32;

core::Error not_found(const store::ClientId& id) {
  return {core::Code::not_found, fmt::format("There is no client {}.", id.str())};
}

}  // namespace

Json render_issued(const IssuedClient& issued) {
  Json json = render_client(issued.client);
  if (issued.secret) {
    json["client_secret"] = *issued.secret;
    json["client_secret_expires_at"] = 0;
  }
  return json;
}

std::string ClientRegistry::add_secret(store::Client& client) {
  std::string secret = make_bearer_secret(random_);
  client.secrets.push_back({hash_secret(secret), clock_.now(), {}});
  return secret;
}

core::Task<core::Result<IssuedClient>> ClientRegistry::create(Json metadata) {
  SIGMA_CO_TRY(store::Client client, parse_client(metadata, rules_, clock_.now()));
  co_return co_await add(std::move(client));
}

core::Task<core::Result<IssuedClient>> ClientRegistry::add(store::Client client) {
  if (client.id.empty()) {
    client.id = store::ClientId{random_.text(kIdLength, core::kLetters)};
    if (client.name.empty()) client.name = client.id.str();
  }
  IssuedClient issued;
  if (uses_secret(client)) issued.secret = add_secret(client);
  issued.client = client;
  SIGMA_CO_TRY(const bool created, co_await clients_.create(std::move(client)));
  if (!created) {
    co_return core::Error{
        core::Code::conflict,
        fmt::format("There is a client {} already; change it, or choose another client_id.", issued.client.id.str())};
  }
  co_return issued;
}

core::Task<core::Result<store::Client>> ClientRegistry::load(store::ClientId id) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(id));
  if (!client) co_return not_found(id);
  co_return std::move(*client);
}

IssuedClient ClientRegistry::with_secret(store::Client client) {
  IssuedClient issued{std::move(client), std::nullopt};
  if (!uses_secret(issued.client)) issued.client.secrets.clear();
  if (uses_secret(issued.client) && issued.client.secrets.empty()) issued.secret = add_secret(issued.client);
  return issued;
}

core::Task<core::Result<IssuedClient>> ClientRegistry::replace(store::Client current, store::Client changed) {
  IssuedClient issued = with_secret(std::move(changed));
  SIGMA_CO_TRY(const bool written, co_await clients_.update(issued.client, current.updated_at));
  if (written) co_return issued;
  co_return core::Error{
      core::Code::conflict,
      fmt::format("The client {} was changed by somebody else just now; read it again and repeat.", current.id.str())};
}

template <class Change>
core::Task<core::Result<IssuedClient>> ClientRegistry::modify(store::ClientId id, Change change) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    SIGMA_CO_TRY(const store::Client current, co_await load(id));
    SIGMA_CO_TRY(store::Client changed, change(current));
    IssuedClient issued = with_secret(std::move(changed));
    SIGMA_CO_TRY(const bool written, co_await clients_.update(issued.client, current.updated_at));
    if (written) co_return issued;
  }
  co_return core::Error{core::Code::conflict,
                        fmt::format("The client {} is being changed by others; try again.", id.str())};
}

core::Task<core::Result<IssuedClient>> ClientRegistry::update(store::ClientId id, Json patch) {
  co_return co_await modify(std::move(id), [this, &patch](const store::Client& current) {
    return apply_patch(current, patch, rules_, clock_.now());
  });
}

core::Task<core::Result<void>> ClientRegistry::remove(store::ClientId id) {
  SIGMA_CO_TRY(const bool removed, co_await clients_.remove(id));
  if (!removed) co_return not_found(id);
  co_return core::Result<void>{};
}

core::Task<core::Result<store::Client>> ClientRegistry::add_key(store::ClientId id, Json key) {
  auto parsed = parse_member_key(key);
  if (!parsed)
    co_return core::Error{core::Code::invalid_input, "pubkey: the member key " + parsed.error().description()};
  SIGMA_CO_TRY(auto issued, co_await modify(std::move(id), [this, &parsed](store::Client current) {
                 std::erase_if(current.member_keys, [&](const auto& known) { return known.pubkey == parsed->pubkey; });
                 current.member_keys.push_back(*parsed);
                 return apply_patch(current, Json::object(), rules_, clock_.now());
               }));
  co_return std::move(issued.client);
}

core::Task<core::Result<store::Client>> ClientRegistry::remove_key(store::ClientId id, std::string pubkey) {
  pubkey = core::to_lower_ascii(pubkey);
  SIGMA_CO_TRY(auto issued,
               co_await modify(std::move(id), [this, &pubkey](store::Client current) -> core::Result<store::Client> {
                 const auto removed =
                     std::erase_if(current.member_keys, [&](const auto& known) { return known.pubkey == pubkey; });
                 if (removed == 0) return core::Error{core::Code::not_found, "The client has no such member key."};
                 if (current.member_keys.empty()) {
                   return core::Error{
                       core::Code::conflict,
                       "This is the client's last member key; add another first, or disable the client."};
                 }
                 return apply_patch(current, Json::object(), rules_, clock_.now());
               }));
  co_return std::move(issued.client);
}

core::Task<core::Result<IssuedClient>> ClientRegistry::rotate_secret(store::ClientId id, core::Milliseconds overlap) {
  std::string secret;
  SIGMA_CO_TRY(auto issued, co_await modify(std::move(id), [&](store::Client current) -> core::Result<store::Client> {
                 if (!uses_secret(current)) {
                   return core::Error{
                       core::Code::conflict,
                       fmt::format("The client authenticates with {}; it has no secret.", current.auth_method)};
                 }
                 const core::UtcTime now = clock_.now();
                 if (!current.secrets.empty()) {
                   store::ClientSecret newest = current.secrets.back();
                   newest.expires_at = std::min(newest.expires_at.value_or(now + overlap), now + overlap);
                   current.secrets = {std::move(newest)};
                 }
                 secret = add_secret(current);
                 current.updated_at = std::max(now, current.updated_at + core::Milliseconds{1});
                 return current;
               }));
  if (!issued.secret) issued.secret = std::move(secret);
  co_return issued;
}

}  // namespace sigma::oauth
