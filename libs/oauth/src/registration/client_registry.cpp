#include "sigma/oauth/registration/client_registry.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr int kAttempts = 5;
constexpr std::size_t kIdLength = 32;
/// Bytes of one member, old and new, in the audit log.
constexpr std::size_t kMaxTold = 4'000;

core::Error not_found(const store::ClientId& id) {
  return {core::Code::not_found, fmt::format("There is no client {}.", id.str())};
}

}  // namespace

bool is_made_client_id(std::string_view id) {
  return id.size() == kIdLength && id.find_first_not_of(core::kLetters) == std::string_view::npos;
}

Json describe_change(const store::Client& before, const store::Client& after) {
  const Json from = render_client(before), to = render_client(after);
  const auto in = [](const Json& client, const std::string& name) { return client.value(name, Json()); };
  Json detail = {{"changed", Json::array()}};
  const auto compare = [&](const std::string& name) {
    const Json was = in(from, name), is = in(to, name);
    if (was == is) return;
    detail["changed"].push_back(name);
    const bool tells = was.is_boolean() || is.is_boolean() || name.ends_with("_uri") || name.ends_with("_uris");
    if (tells && was.dump().size() + is.dump().size() <= kMaxTold) detail[name] = {{"from", was}, {"to", is}};
  };
  for (const auto& [name, value] : from.items()) compare(name);
  for (const auto& [name, value] : to.items()) {
    if (!from.contains(name)) compare(name);
  }
  return detail;
}

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

// What is there already may name a resource that the server has given up; what is said anew may not.
core::Result<void> ClientRegistry::check_resources(const Json& metadata) const {
  const Json* named = metadata.is_object() && metadata.contains("resources") ? &metadata["resources"] : nullptr;
  if (!rules_.resources || !named || !named->is_array()) return {};
  for (const Json& resource : *named) {
    const bool known =
        std::ranges::any_of(*rules_.resources, [&](const std::string& one) { return resource == Json(one); });
    if (known) continue;
    return core::Error{
        core::Code::invalid_input,
        fmt::format("resources can name what is in SIGMA_RESOURCES only: {}.",
                    rules_.resources->empty() ? "nothing" : fmt::format("{}", fmt::join(*rules_.resources, ", ")))};
  }
  return {};
}

core::Task<core::Result<IssuedClient>> ClientRegistry::create(Json metadata) {
  SIGMA_CO_CHECK(check_resources(metadata));
  SIGMA_CO_TRY(store::Client client, parse_client(metadata, rules_, clock_.now()));
  co_return co_await add(std::move(client));
}

core::Task<core::Result<IssuedClient>> ClientRegistry::add(store::Client client,
                                                           std::optional<store::ClientLimit> limit) {
  if (client.id.empty()) {
    client.id = store::ClientId{random_.text(kIdLength, core::kLetters)};
    if (client.name.empty()) client.name = client.id.str();
  }
  IssuedClient issued = with_secret(std::move(client));
  auto creation = store::ClientCreation::done;
  if (limit) {
    SIGMA_CO_TRY(creation, co_await clients_.create_within(issued.client, *limit));
  } else {
    SIGMA_CO_TRY(const bool created, co_await clients_.create(issued.client));
    if (!created) creation = store::ClientCreation::taken;
  }
  if (creation == store::ClientCreation::taken) {
    co_return core::Error{
        core::Code::conflict,
        fmt::format("There is a client {} already; change it, or choose another client_id.", issued.client.id.str())};
  }
  if (creation == store::ClientCreation::too_many)
    co_return core::Error{core::Code::forbidden, "There are as many clients as are allowed."};
  co_return issued;
}

core::Task<core::Result<store::Client>> ClientRegistry::load(store::ClientId id) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(id));
  if (!client) co_return not_found(id);
  co_return std::move(*client);
}

IssuedClient ClientRegistry::with_secret(store::Client client) {
  IssuedClient issued{.client = std::move(client), .secret = {}};
  if (!uses_secret(issued.client)) issued.client.secrets.clear();
  if (uses_secret(issued.client) && issued.client.secrets.empty()) issued.secret = add_secret(issued.client);
  return issued;
}

core::Task<core::Result<std::optional<IssuedClient>>> ClientRegistry::write(store::Client current,
                                                                            store::Client changed) {
  IssuedClient issued = with_secret(std::move(changed));
  SIGMA_CO_TRY(const bool written, co_await clients_.update(issued.client, current.updated_at));
  if (!written) co_return std::nullopt;
  issued.before = std::move(current);
  co_return issued;
}

core::Task<core::Result<IssuedClient>> ClientRegistry::replace(store::Client current, store::Client changed) {
  SIGMA_CO_TRY(auto issued, co_await write(current, std::move(changed)));
  if (issued) co_return std::move(*issued);
  co_return core::Error{
      core::Code::conflict,
      fmt::format("The client {} was changed by somebody else just now; read it again and repeat.", current.id.str())};
}

template <class Change>
core::Task<core::Result<IssuedClient>> ClientRegistry::modify(store::ClientId id, Change change) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    SIGMA_CO_TRY(store::Client current, co_await load(id));
    SIGMA_CO_TRY(store::Client changed, change(current));
    SIGMA_CO_TRY(auto issued, co_await write(std::move(current), std::move(changed)));
    if (issued) co_return std::move(*issued);
  }
  co_return core::Error{core::Code::conflict,
                        fmt::format("The client {} is being changed by others; try again.", id.str())};
}

core::Task<core::Result<IssuedClient>> ClientRegistry::update(store::ClientId id, Json patch) {
  SIGMA_CO_CHECK(check_resources(patch));
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
  SIGMA_CO_TRY(
      auto issued,
      co_await modify(std::move(id), [this, &pubkey](store::Client current) -> core::Result<store::Client> {
        const auto removed =
            std::erase_if(current.member_keys, [&](const auto& known) { return known.pubkey == pubkey; });
        if (removed == 0)
          return core::Error{core::Code::not_found,
                             "The client has no such member key; member_pubkeys of the client names those it has."};
        if (current.member_keys.empty()) {
          return core::Error{core::Code::conflict,
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
