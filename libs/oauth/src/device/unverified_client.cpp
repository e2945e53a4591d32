#include "sigma/oauth/device/unverified_client.hpp"

#include <algorithm>

#include "sigma/oauth/grants/device_code.hpp"

namespace sigma::oauth {

bool may_be_unverified(std::string_view client_id) {
  const auto allowed = [](char c) {
    return core::kLettersAndDigits.find(c) != std::string_view::npos || c == '.' || c == '-' || c == '_';
  };
  return !client_id.empty() && client_id.size() <= 64 && std::all_of(client_id.begin(), client_id.end(), allowed);
}

store::Client unverified_client(store::ClientId id, core::UtcTime now) {
  store::Client client;
  client.name = id.str();
  client.id = std::move(id);
  client.auth_method = "none";
  client.grant_types = {std::string(kDeviceCodeGrant), "refresh_token"};
  client.metadata[std::string(kUnverifiedMark)] = true;
  client.created_at = client.updated_at = now;
  return client;
}

bool is_unverified(const store::Client& client) {
  return client.metadata.contains(kUnverifiedMark);
}

}  // namespace sigma::oauth
