#include <algorithm>

#include "registration/member_readers.hpp"
#include "sigma/bitcoin/keys.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::size_t kMaxMemberKeys = 20;

std::optional<core::UtcTime> read_time(JsonReader& reader, std::string_view name) {
  const Json* value = reader.member(name);
  if (!value || value->is_null()) return {};
  const auto time = value->is_string() ? core::parse_iso8601(value->get_ref<const std::string&>()) : std::nullopt;
  if (!time) reader.fault(name, "must be a time like 2026-01-31T12:00:00.000Z.");
  return time;
}

}  // namespace

core::Result<store::MemberKey> parse_member_key(const Json& json) {
  core::Error malformed{core::Code::invalid_input,
                        "must be a compressed public key: 66 hex characters that start with 02 or 03."};
  store::MemberKey key;
  const Json object = json.is_string() ? Json{{"pubkey", json}} : json;
  if (!object.is_object()) return malformed;
  JsonReader reader(object);
  const Json* pubkey = reader.member("pubkey");
  if (!pubkey || !pubkey->is_string()) return malformed;
  const auto point = bitcoin::PublicKey::from_hex(pubkey->get_ref<const std::string&>());
  if (!point) return malformed;
  key.pubkey = point->hex();
  key.not_before = read_time(reader, "not_before");
  key.not_after = read_time(reader, "not_after");
  if (key.not_before && key.not_after && *key.not_after <= *key.not_before)
    reader.fault("not_after", "must be later than not_before.");
  reader.refuse_unknown();
  if (!reader.faults().empty()) return core::Error{core::Code::invalid_input, describe_faults(reader.faults())};
  return key;
}

Json render_member_key(const store::MemberKey& key) {
  if (!key.not_before && !key.not_after) return key.pubkey;
  Json json = {{"pubkey", key.pubkey}};
  if (key.not_before) json["not_before"] = core::to_iso8601(*key.not_before);
  if (key.not_after) json["not_after"] = core::to_iso8601(*key.not_after);
  return json;
}

void read_member_keys(JsonReader& reader, store::Client& client) {
  const Json* keys = reader.member("member_pubkeys");
  const Json* single = reader.member("member_pubkey");
  if (keys && single) reader.fault("member_pubkey", "and member_pubkeys are both there; keep member_pubkeys.");
  const Json list = keys ? *keys : single ? Json::array({*single}) : Json::array();
  if (!list.is_array() || list.size() > kMaxMemberKeys) {
    reader.fault("member_pubkeys", fmt::format("must be an array of at most {} public keys.", kMaxMemberKeys));
    return;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto key = parse_member_key(list[i]);
    if (!key) {
      reader.fault(single ? "member_pubkey" : fmt::format("member_pubkeys[{}]", i), key.error().description());
    } else if (std::ranges::find(client.member_keys, key->pubkey, &store::MemberKey::pubkey) !=
               client.member_keys.end()) {
      reader.fault("member_pubkeys", "holds a key twice.");
    } else {
      client.member_keys.push_back(std::move(*key));
    }
  }
}

}  // namespace sigma::oauth
