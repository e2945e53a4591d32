#include "sigma/bap/chain_identity.hpp"

#include <algorithm>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bap/person.hpp"

namespace sigma::bap {
namespace {

using core::Json;

constexpr std::size_t kMaxAddresses = 64;  ///< of the newest; more rotations than that are no person's

core::Error unbelievable(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

bool looks_like_address(std::string_view text) {
  constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  return text.size() >= 26 && text.size() <= 35 && text.find_first_not_of(kBase58) == std::string_view::npos;
}

bool is_transaction_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

core::Result<Json> read_addresses(const Json& result) {
  Json addresses = Json::array();
  const auto given = result.find("addresses");
  if (given == result.end() || given->is_null()) return addresses;
  if (!given->is_array()) return unbelievable("addresses is no list");
  const std::size_t skip = given->size() > kMaxAddresses ? given->size() - kMaxAddresses : 0;
  for (auto entry = given->begin() + static_cast<std::ptrdiff_t>(skip); entry != given->end(); ++entry) {
    const auto address = core::json_string(*entry, "address");
    if (!address || !looks_like_address(*address)) return unbelievable("addresses holds something else");
    Json clean = {{"address", *address}};
    if (const auto transaction = core::json_string(*entry, "txId"); transaction && is_transaction_id(*transaction))
      clean["txId"] = *transaction;
    if (const auto block = entry->find("block"); block != entry->end() && block->is_number_unsigned())
      clean["block"] = *block;
    addresses.push_back(std::move(clean));
  }
  return addresses;
}

// Some answers say it in `profile.data` instead.
const Json* person_of(const Json& result) {
  if (const auto identity = result.find("identity"); identity != result.end() && identity->is_object())
    return &*identity;
  const auto profile = result.find("profile");
  if (profile == result.end() || !profile->is_object()) return nullptr;
  const auto data = profile->find("data");
  return data != profile->end() && data->is_object() ? &*data : nullptr;
}

}  // namespace

core::Result<ChainIdentity> read_identity(const Json& result) {
  ChainIdentity identity;
  const auto id = core::json_string(result, "idKey");
  if (!id || !is_bap_id(*id)) return unbelievable("idKey is no BAP id");
  const auto root = core::json_string(result, "rootAddress");
  if (!root || !looks_like_address(*root)) return unbelievable("rootAddress is no address");
  if (bap_id_from_root_address(*root) != *id) return unbelievable("idKey does not derive from rootAddress");
  identity.bap_id = *id;
  identity.root_address = identity.current_address = *root;
  if (const auto current = result.find("currentAddress"); current != result.end() && !current->is_null()) {
    const auto text = core::json_string(result, "currentAddress");
    if (!text || !looks_like_address(*text)) return unbelievable("currentAddress is no address");
    identity.current_address = *text;
  }
  if (const auto valid = result.find("valid"); valid != result.end() && !valid->is_null()) {
    if (!valid->is_boolean()) return unbelievable("valid is neither true nor false");
    identity.valid = valid->get<bool>();
  }
  SIGMA_TRY(Json addresses, read_addresses(result));
  identity.profile = {
      {"idKey", identity.bap_id}, {"rootAddress", identity.root_address}, {"currentAddress", identity.current_address}};
  if (!addresses.empty()) identity.profile["addresses"] = std::move(addresses);
  if (const Json* person = person_of(result)) {
    Json clean = clean_person(*person);
    if (!clean.empty()) identity.profile["identity"] = std::move(clean);
  }
  return identity;
}

Standing standing_of(const ChainIdentity& identity, std::string_view address) {
  if (address == identity.root_address) return Standing::root;
  if (address == identity.current_address) return Standing::current;
  const auto addresses = identity.profile.find("addresses");
  const bool was_its = addresses != identity.profile.end() && std::ranges::any_of(*addresses, [&](const Json& entry) {
                         return core::json_string(entry, "address") == address;
                       });
  return was_its ? Standing::replaced : Standing::stranger;
}

}  // namespace sigma::bap
