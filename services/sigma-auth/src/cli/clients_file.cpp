#include "cli/clients_file.hpp"

#include <fmt/ranges.h>

#include <fstream>
#include <iterator>
#include <set>

#include "sigma/core/json.hpp"
#include "sigma/core/log.hpp"
#include "sigma/oauth/registration/client_registry.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kMinSecret = 32;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

struct Declared {
  store::Client client;
  std::optional<store::SecretHash> secret;
};

Result<Json> read_array(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return wrong(fmt::format("SIGMA_CLIENTS_FILE: {} cannot be read.", path));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  auto json = core::parse_json(text);
  if (!json) return wrong(fmt::format("SIGMA_CLIENTS_FILE: {} is not JSON: {}", path, json.error().description()));
  if (!json->is_array())
    return wrong(fmt::format("SIGMA_CLIENTS_FILE: {} must hold an array of clients: [{{\"client_id\": ...}}].", path));
  return json;
}

Result<Declared> read_entry(Json entry, core::UtcTime now) {
  Declared declared;
  if (const auto found = entry.find("client_secret"); entry.is_object() && found != entry.end()) {
    if (!found->is_string() || found->get_ref<const std::string&>().size() < kMinSecret) {
      return wrong(fmt::format("client_secret must be a string of at least {} characters.", kMinSecret));
    }
    declared.secret = oauth::hash_secret(found->get_ref<const std::string&>());
    entry.erase("client_secret");
  }
  SIGMA_TRY(declared.client, oauth::parse_client(entry, {}, now));
  if (declared.client.id.empty()) return wrong("client_id is missing.");
  if (oauth::uses_secret(declared.client) != declared.secret.has_value()) {
    return wrong(declared.secret
                     ? "client_secret goes with the methods client_secret_basic and client_secret_post only."
                     : "client_secret is missing.");
  }
  return declared;
}

Result<std::vector<Declared>> read_all(const Json& array, core::UtcTime now) {
  std::vector<Declared> all;
  std::vector<std::string> faults;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto declared = read_entry(array[i], now);
    if (!declared) {
      faults.push_back(fmt::format("SIGMA_CLIENTS_FILE: client {} ({}): {}", i + 1,
                                   core::json_string(array[i], "client_id").value_or("no client_id"),
                                   declared.error().description()));
    } else if (!ids.insert(declared->client.id.str()).second) {
      faults.push_back(
          fmt::format("SIGMA_CLIENTS_FILE: client {} ({}) is there twice.", i + 1, declared->client.id.str()));
    } else {
      all.push_back(std::move(*declared));
    }
  }
  if (!faults.empty()) return wrong(fmt::format("{}", fmt::join(faults, "\n")));
  return all;
}

// What the client will be, given what it is. The secret's own row is kept when it is the same secret.
store::Client merge(const Declared& declared, const store::Client* current, core::UtcTime now) {
  store::Client client = declared.client;
  if (current) {
    client.created_at = current->created_at;
    client.updated_at = std::max(now, current->updated_at + core::Milliseconds{1});
  }
  if (!declared.secret) return client;
  for (const store::ClientSecret& known : current ? current->secrets : std::vector<store::ClientSecret>{}) {
    if (known.hash == *declared.secret && !known.expires_at) client.secrets = {known};
  }
  if (client.secrets.empty()) client.secrets = {{*declared.secret, now, {}}};
  return client;
}

bool same_secrets(const store::Client& a, const store::Client& b) {
  return std::ranges::equal(a.secrets, b.secrets, [](const auto& x, const auto& y) {
    return x.hash == y.hash && x.expires_at == y.expires_at;
  });
}

enum class Applied { created, changed, unchanged };

struct Application {
  Applied outcome;
  Json detail = Json::object();  ///< of a change, for the audit log
};

core::Task<Result<Application>> apply_one(store::ClientStore& clients, const core::Clock& clock, Declared declared) {
  SIGMA_CO_TRY(const auto current, co_await clients.find(declared.client.id));
  store::Client wanted = merge(declared, current ? &*current : nullptr, clock.now());
  if (!current) {
    SIGMA_CO_TRY(const bool created, co_await clients.create(std::move(wanted)));
    co_return Application{created ? Applied::created
                                  : Applied::unchanged};  // another replica with the same file was first
  }
  if (oauth::render_client(*current) == oauth::render_client(wanted) && same_secrets(*current, wanted))
    co_return Application{Applied::unchanged};
  Json detail = oauth::describe_change(*current, wanted);
  SIGMA_CO_TRY(const bool changed, co_await clients.update(std::move(wanted)));
  co_return Application{changed ? Applied::changed : Applied::unchanged, std::move(detail)};
}

void record(oauth::Audit& audit, const store::ClientId& id, bool created, Json detail) {
  oauth::AuditEvent event{.type = created ? oauth::AuditType::client_created : oauth::AuditType::client_changed};
  event.actor = oauth::kServer;
  event.client_id = id;
  event.detail = std::move(detail);
  event.detail["by"] = "SIGMA_CLIENTS_FILE";
  audit.record(std::move(event));
}

}  // namespace

Result<void> check_clients_file(const std::string& path, core::UtcTime now) {
  SIGMA_TRY(const Json array, read_array(path));
  SIGMA_CHECK(read_all(array, now));
  return {};
}

core::Task<Result<ClientsFileOutcome>> apply_clients_file(store::Store& store, const core::Clock& clock,
                                                          std::string path, oauth::Audit& audit) {
  SIGMA_CO_TRY(const Json array, read_array(path));
  SIGMA_CO_TRY(std::vector<Declared> all, read_all(array, clock.now()));
  ClientsFileOutcome outcome;
  for (Declared& declared : all) {
    const store::ClientId id = declared.client.id;
    SIGMA_CO_TRY(auto application, co_await apply_one(store.clients, clock, std::move(declared)));
    const Applied applied = application.outcome;
    if (applied != Applied::unchanged) record(audit, id, applied == Applied::created, std::move(application.detail));
    if (applied == Applied::created) ++outcome.created;
    if (applied == Applied::changed) ++outcome.changed;
    if (applied == Applied::unchanged) ++outcome.unchanged;
  }
  core::log::info("clients_file_applied",
                  {{"created", outcome.created}, {"changed", outcome.changed}, {"unchanged", outcome.unchanged}});
  co_return outcome;
}

}  // namespace sigma::service
