#include "sigma/keyring/identity.hpp"

#include <charconv>

namespace sigma::keyring {
namespace {

using core::Json;

int number_at(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string text_or_empty(const Json& json, std::string_view name) {
  return core::json_string(json, name).value_or("");
}

}  // namespace

int Identity::counter() const {
  const std::string_view path = root_path;
  if (path.starts_with("bap:")) return number_at(path.substr(4));
  const auto last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return 0;
  const auto before = path.rfind('/', last - 1);
  return before == std::string_view::npos ? 0 : number_at(path.substr(before + 1));
}

Json to_json(const Identity& identity) {
  Json attributes = Json::object();
  for (const auto& [name, attribute] : identity.attributes) {
    attributes[name] = {{"value", attribute.value}, {"nonce", attribute.nonce}};
  }
  return {{"name", identity.name},
          {"description", identity.description},
          {"identityKey", identity.id_key},
          {"rootPath", identity.root_path},
          {"rootAddress", identity.root_address},
          {"previousPath", identity.previous_path},
          {"currentPath", identity.current_path},
          {"idSeed", identity.id_seed},
          {"identityAttributes", std::move(attributes)},
          {"lastIdPath", ""}};
}

core::Result<Identity> identity_from_json(const Json& json) {
  core::Error incomplete{core::Code::invalid_input, "An identity in this backup is not complete."};
  const auto id_key = core::json_string(json, "identityKey");
  const auto root_address = core::json_string(json, "rootAddress");
  const auto root_path = core::json_string(json, "rootPath");
  if (!id_key || !root_address || !root_path) return incomplete;
  Identity identity;
  identity.name = text_or_empty(json, "name");
  identity.description = text_or_empty(json, "description");
  identity.id_key = *id_key;
  identity.root_path = *root_path;
  identity.root_address = *root_address;
  identity.previous_path = core::json_string(json, "previousPath").value_or(*root_path);
  identity.current_path = core::json_string(json, "currentPath").value_or(*root_path);
  identity.id_seed = text_or_empty(json, "idSeed");
  const auto attributes = json.find("identityAttributes");
  if (attributes != json.end() && attributes->is_object()) {
    for (const auto& [name, attribute] : attributes->items()) {
      const auto value = core::json_string(attribute, "value");
      const auto nonce = core::json_string(attribute, "nonce");
      if (!value || !nonce) return incomplete;
      identity.attributes[name] = {*value, *nonce};
    }
  }
  return identity;
}

}  // namespace sigma::keyring
