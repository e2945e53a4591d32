#include "routes/client_json.hpp"

#include "sigma/core/encoding.hpp"

namespace sigma::service {

void read_sigma_names(core::Json& metadata) {
  if (!metadata.is_object()) return;
  const auto move_to = [&](const char* theirs, const char* ours, const char* instead) {
    const auto found = metadata.find(theirs);
    if (found == metadata.end()) return;
    if (!metadata.contains(ours) && !metadata.contains(instead)) metadata[ours] = *found;
    metadata.erase(theirs);
  };
  move_to("memberPubkey", "member_pubkey", "member_pubkeys");
  move_to("ownerBapId", "owner_bap_id", "owner_bap_id");
}

void add_sigma_names(const store::Client& client, core::Json& json) {
  if (!client.member_keys.empty()) json["memberPubkey"] = client.member_keys.front().pubkey;
  if (client.owner_bap_id) json["ownerBapId"] = client.owner_bap_id->str();
}

oauth::KeyProofs key_proofs(const http::Request& request) {
  oauth::KeyProofs proofs;
  for (const auto& [name, value] : request.headers.fields()) {
    if (core::to_lower_ascii(name) == "x-auth-token") proofs.x_auth_tokens.push_back(value);
  }
  proofs.path = request.path;
  proofs.body = request.body;
  return proofs;
}

}  // namespace sigma::service
