#include "cli/clients_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "sigma/core/log.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::service {
namespace {

using core::Code;
using core::Error;
using core::Json;

core::Result<Json> read_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Code::invalid_input, fmt::format("SIGMA_CLIENTS_FILE: {} cannot be read.", path)};
  std::stringstream text;
  text << file.rdbuf();
  auto json = core::parse_json(text.str());
  if (!json) return Error{Code::invalid_input, fmt::format("SIGMA_CLIENTS_FILE: {}: {}", path, json.error().description())};
  if (!json->is_array()) return Error{Code::invalid_input, fmt::format("SIGMA_CLIENTS_FILE: {} must hold a JSON array of clients.", path)};
  return std::move(*json);
}

core::Result<store::Client> read_client(Json json, core::UtcTime now) {
  const auto secret = core::json_string(json, "client_secret");
  if (json.is_object()) json.erase("client_secret");
  SIGMA_TRY(store::Client client, oauth::parse_client(json, {}, now));
  if (client.id.empty()) return Error{Code::invalid_input, "client_id is missing."};
  if (oauth::uses_secret(client) && !secret) return Error{Code::invalid_input, "client_secret is missing: nobody could learn a generated one."};
  if (secret) client.secrets = {{oauth::hash_secret(*secret), now, {}}};
  return client;
}

core::Result<std::vector<store::Client>> read_clients(const std::string& path, core::UtcTime now) {
  SIGMA_TRY(const Json list, read_list(path));
  std::vector<store::Client> clients;
  std::string faults;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto client = read_client(list[i], now);
    if (client) {
      clients.push_back(std::move(*client));
    } else {
      faults += fmt::format("\nSIGMA_CLIENTS_FILE: client {} ({}): {}", i, core::json_string(list[i], "client_id").value_or("no client_id"), client.error().description());
    }
  }
  if (!faults.empty()) return Error{Code::invalid_input, faults.substr(1)};
  return clients;
}

// What the file says about a client, without the times of registration.
bool is_same(const store::Client& a, const store::Client& b) {
  Json left = oauth::render_client(a), right = oauth::render_client(b);
  left.erase("client_id_issued_at");
  right.erase("client_id_issued_at");
  const auto first_hash = [](const store::Client& c) { return c.secrets.empty() ? store::SecretHash{} : c.secrets.back().hash; };
  return left == right && first_hash(a) == first_hash(b);
}

}  // namespace

core::Task<core::Result<void>> apply_clients_file(store::Store& store, const core::Clock& clock, std::string path) {
  SIGMA_CO_TRY(auto clients, read_clients(path, clock.now()));
  for (store::Client& client : clients) {
    const store::ClientId id = client.id;
    SIGMA_CO_TRY(const auto known, co_await store.clients.find(id));
    if (known && is_same(*known, client)) continue;
    if (known) {
      client.created_at = known->created_at;
      SIGMA_CO_CHECK(co_await store.clients.update(std::move(client)));
    } else {
      SIGMA_CO_CHECK(co_await store.clients.create(std::move(client)));
    }
    core::log::info("client_applied", {{"client", id.str()}, {"change", known ? "updated" : "created"}});
  }
  co_return core::Result<void>{};
}

}  // namespace sigma::service
