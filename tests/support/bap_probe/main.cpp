// Answers, a line of JSON each, what our libraries make of a wallet's root key, so that a test can hold it against the
// npm packages: {"key": hex, "name", "value", "nonce", "pushes": [hex]} → ids, addresses, attestation, AIP.
#include <iostream>

#include "sigma/bap/attestation.hpp"
#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/aip.hpp"
#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"

namespace {

using sigma::core::Json;

Json answer(const Json& question) {
  const auto text = [&](const char* name) { return question.at(name).get<std::string>(); };
  const auto root = sigma::bitcoin::PrivateKey::from_hex(text("key")).value();
  const auto member = sigma::bitcoin::derive_self_child(root, "bap:0").value();
  const auto signing = sigma::bitcoin::derive_self_child(member, "1-sigma-identity").value();
  const std::string bap_id = sigma::bap::bap_id_from_member_key(member.public_key());
  const std::string urn = sigma::bap::attribute_urn(text("name"), text("value"), text("nonce"));
  const auto attestation = sigma::bap::attestation_hash(urn, bap_id);
  std::vector<std::string> pushes;
  for (const Json& push : question.at("pushes"))
    pushes.push_back(sigma::core::hex_decode(push.get<std::string>()).value());
  Json aip = Json::array();
  for (const std::string& push : sigma::bitcoin::sign_aip(signing, std::move(pushes)))
    aip.push_back(sigma::core::hex_encode(push));
  return {{"pubkey", root.public_key().hex()},
          {"address", root.public_key().address()},
          {"bapId", sigma::bap::bap_id_from_root_address(root.public_key().address())},
          {"rootAddress", member.public_key().address()},
          {"identityKey", bap_id},
          {"urn", urn},
          {"attestation", sigma::core::hex_encode(sigma::crypto::view(attestation))},
          {"aip", std::move(aip)}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << sigma::core::dump_json(answer(sigma::core::parse_json(line).value())) << '\n';
}
