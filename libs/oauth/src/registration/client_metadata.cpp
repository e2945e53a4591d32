#include "sigma/oauth/registration/client_metadata.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "registration/json_reader.hpp"
#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth/grants/token_exchange.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"
#include "sigma/oauth/scope.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::string_view kAuthMethods[] = {"x_auth_token", "client_secret_basic", "client_secret_post",
                                             "private_key_jwt", "none"};
constexpr std::string_view kGrantTypes[] = {"authorization_code", "refresh_token", "client_credentials",
                                            kDeviceCodeGrant, kTokenExchangeGrant};
constexpr std::string_view kSigningAlgorithms[] = {"RS256", "ES256", "EdDSA", "ES256K"};
constexpr std::string_view kReadOnly[] = {"client_id", "client_id_issued_at", "client_secret",
                                          "client_secret_expires_at"};
constexpr std::string_view kHumanUris[] = {"client_uri", "logo_uri", "tos_uri", "policy_uri"};
constexpr std::string_view kClientIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@/+";
constexpr std::size_t kMaxUris = 50;
constexpr std::size_t kMaxMemberKeys = 20;
constexpr std::size_t kMaxName = 200;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

bool is_one_of(std::span<const std::string_view> choices, std::string_view value) {
  return std::ranges::find(choices, value) != choices.end();
}

bool contains(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::find(values, value) != values.end();
}

// Nothing that a client is made of needs control characters; logs, headers and databases all dislike them.
bool has_control_characters(const Json& json) {
  const auto in_text = [](std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  if (json.is_string()) return in_text(json.get_ref<const std::string&>());
  if (json.is_array()) return std::ranges::any_of(json, has_control_characters);
  if (!json.is_object()) return false;
  return std::ranges::any_of(
      json.items(), [&](const auto& item) { return in_text(item.key()) || has_control_characters(item.value()); });
}

std::optional<core::UtcTime> read_time(JsonReader& reader, std::string_view name) {
  const Json* value = reader.member(name);
  if (!value || value->is_null()) return {};
  const auto time = value->is_string() ? core::parse_iso8601(value->get_ref<const std::string&>()) : std::nullopt;
  if (!time) reader.fault(name, "must be a time like 2026-01-31T12:00:00.000Z.");
  return time;
}

void read_uris(JsonReader& reader, std::string_view name, const RedirectUriRules& rules,
               std::vector<std::string>& uris) {
  uris = reader.texts(name, kMaxUris, kMaxRedirectUri);
  for (std::size_t i = 0; i < uris.size(); ++i) {
    if (const auto checked = check_redirect_uri(uris[i], rules); !checked) {
      reader.fault(fmt::format("{}[{}]", name, i), checked.error().description());
    }
  }
}

// OpenID Connect Back-Channel Logout §2.2.
void read_back_channel_logout(JsonReader& reader, const RegistrationRules& rules, Json& metadata) {
  const std::string uri = reader.text("backchannel_logout_uri", kMaxRedirectUri);
  if (!uri.empty()) {
    const auto checked = check_redirect_uri(uri, {.allow_http_loopback = rules.allow_http_loopback});
    if (!checked) reader.fault("backchannel_logout_uri", checked.error().description());
    metadata["backchannel_logout_uri"] = uri;
  }
  if (!reader.flag("backchannel_logout_session_required", false)) return;
  if (uri.empty()) reader.fault("backchannel_logout_session_required", "needs a backchannel_logout_uri.");
  metadata["backchannel_logout_session_required"] = true;
}

void read_member_keys(JsonReader& reader, store::Client& client) {
  const Json* keys = reader.member("member_pubkeys");
  const Json* single = reader.member("member_pubkey");
  if (keys && single) reader.fault("member_pubkey", "and member_pubkeys are both there; keep member_pubkeys.");
  Json list = keys ? *keys : single ? Json::array({*single}) : Json::array();
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

void read_auth_method(JsonReader& reader, store::Client& client) {
  client.auth_method = reader.text("token_endpoint_auth_method", 64);
  const bool has_keys = !client.member_keys.empty();
  if (client.auth_method.empty() || (client.auth_method == "none" && has_keys))
    client.auth_method = has_keys ? "x_auth_token" : "none";
  if (!is_one_of(kAuthMethods, client.auth_method)) {
    reader.fault("token_endpoint_auth_method", fmt::format("must be one of {}.", fmt::join(kAuthMethods, ", ")));
    return;
  }
  if (client.auth_method == "x_auth_token" && !has_keys) {
    reader.fault("member_pubkeys",
                 "must hold at least one public key for a client that authenticates with x_auth_token.");
  }
  if (client.auth_method != "x_auth_token" && has_keys) {
    reader.fault("token_endpoint_auth_method",
                 "must be x_auth_token for a client with member_pubkeys: one method a client.");
  }
}

void read_grants(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  client.grant_types = reader.member("grant_types") ? reader.texts("grant_types", 10, 100) : rules.default_grant_types;
  for (const std::string& grant : client.grant_types) {
    if (!is_one_of(kGrantTypes, grant)) {
      reader.fault("grant_types", fmt::format("must be some of {}.", fmt::join(kGrantTypes, ", ")));
      return;
    }
  }
  const bool with_code = contains(client.grant_types, "authorization_code");
  if (with_code && client.redirect_uris.empty()) {
    reader.fault("redirect_uris", "must hold at least one address for the grant authorization_code.");
  }
  if (contains(client.grant_types, "client_credentials") && client.auth_method == "none") {
    reader.fault("grant_types", "cannot hold client_credentials for a client without authentication (RFC 6749 §4.4).");
  }
  for (const std::string& type : reader.texts("response_types", 10, 100)) {
    if (type != "code" || !with_code) {
      reader.fault("response_types", "must be [\"code\"], and only with the grant authorization_code.");
      return;
    }
  }
}

void read_scope(JsonReader& reader, store::Client& client) {
  const Json* scope = reader.member("scope");
  if (!scope) return;
  if (!scope->is_string()) return reader.fault("scope", "must be a string of scopes separated by blanks.");
  auto scopes = parse_scopes(scope->get_ref<const std::string&>());
  if (!scopes) return reader.fault("scope", fmt::format("cannot be used: {}", scopes.error().description()));
  client.scopes = std::move(*scopes);
}

void read_human_members(JsonReader& reader, Json& metadata) {
  for (const std::string_view name : kHumanUris) {
    const std::string uri = reader.text(name, kMaxRedirectUri);
    if (uri.empty()) continue;
    const auto checked = check_redirect_uri(uri, {.allow_http_loopback = true});
    if (!checked) reader.fault(name, checked.error().description());
    metadata[std::string(name)] = uri;
  }
  if (auto contacts = reader.texts("contacts", 10, 254); !contacts.empty()) metadata["contacts"] = std::move(contacts);
  for (const std::string_view name : {"software_id", "software_version"}) {
    if (const std::string text = reader.text(name, kMaxName); !text.empty()) metadata[std::string(name)] = text;
  }
}

void read_choice(JsonReader& reader, std::string_view name, std::span<const std::string_view> choices, Json& metadata) {
  const std::string value = reader.text(name, 64);
  if (value.empty()) return;
  if (!is_one_of(choices, value))
    return reader.fault(name, fmt::format("must be one of {}.", fmt::join(choices, ", ")));
  metadata[std::string(name)] = value;
}

// What the client's tokens are like, and who may use them how.
void read_token_members(JsonReader& reader, Json& metadata) {
  constexpr std::string_view kFormats[] = {"opaque", "jwt"};
  read_choice(reader, "access_token_format", kFormats, metadata);
  for (const std::string_view name :
       {"require_pkce", "dpop_bound_access_tokens", "require_pushed_authorization_requests"}) {
    if (reader.flag(name, false)) metadata[std::string(name)] = true;
  }
  // Resource identifiers that this client serves: tokens for them are meant for it, so it may introspect them.
  if (auto served = reader.texts("resources", 20, kMaxRedirectUri); !served.empty())
    metadata["resources"] = std::move(served);
  if (const std::string actor = reader.text("may_act", 255); !actor.empty()) metadata["may_act"] = actor;
}

void read_jwks(JsonReader& reader, const store::Client& client, Json& metadata) {
  const Json* jwks = reader.member("jwks");
  if (!jwks) {
    if (client.auth_method == "private_key_jwt")
      reader.fault("jwks", "must hold the client's public keys for private_key_jwt.");
    return;
  }
  const auto keys = jose::JwkSet::parse(*jwks);
  if (!keys) return reader.fault("jwks", fmt::format("cannot be used: {}", keys.error().description()));
  if (keys->size() == 0) return reader.fault("jwks", "holds no key of a kind that this server can check.");
  metadata["jwks"] = *jwks;
}

}  // namespace

bool uses_secret(const store::Client& client) {
  return client.auth_method == "client_secret_basic" || client.auth_method == "client_secret_post";
}

core::Result<store::MemberKey> parse_member_key(const Json& json) {
  constexpr std::string_view kForm = "must be a compressed public key: 66 hex characters that start with 02 or 03.";
  store::MemberKey key;
  Json object = json.is_string() ? Json{{"pubkey", json}} : json;
  if (!object.is_object()) return wrong(std::string(kForm));
  JsonReader reader(object);
  const Json* pubkey = reader.member("pubkey");
  if (!pubkey || !pubkey->is_string()) return wrong(std::string(kForm));
  const auto point = bitcoin::PublicKey::from_hex(pubkey->get_ref<const std::string&>());
  if (!point) return wrong(std::string(kForm));
  key.pubkey = point->hex();
  key.not_before = read_time(reader, "not_before");
  key.not_after = read_time(reader, "not_after");
  if (key.not_before && key.not_after && *key.not_after <= *key.not_before)
    reader.fault("not_after", "must be later than not_before.");
  reader.refuse_unknown();
  SIGMA_CHECK(reader.outcome());
  return key;
}

Json render_member_key(const store::MemberKey& key) {
  if (!key.not_before && !key.not_after) return key.pubkey;
  Json json = {{"pubkey", key.pubkey}};
  if (key.not_before) json["not_before"] = core::to_iso8601(*key.not_before);
  if (key.not_after) json["not_after"] = core::to_iso8601(*key.not_after);
  return json;
}

core::Result<store::Client> parse_client(const Json& metadata, const RegistrationRules& rules, core::UtcTime now) {
  if (!metadata.is_object()) return wrong("A client must be a JSON object.");
  if (has_control_characters(metadata)) return wrong("A client must not hold control characters.");
  JsonReader reader(metadata);
  store::Client client;
  client.created_at = client.updated_at = now;

  const std::string id = reader.text("client_id", 255);
  if (id.find_first_not_of(kClientIdAlphabet) != std::string::npos) {
    reader.fault("client_id", "may hold letters, digits and - . _ ~ : @ / + only.");
  }
  client.id = store::ClientId{id};
  client.name = reader.text("client_name", kMaxName);
  if (client.name.empty()) client.name = id;

  constexpr std::string_view kApplicationTypes[] = {"web", "native"};
  read_choice(reader, "application_type", kApplicationTypes, client.metadata);
  const RedirectUriRules uri_rules{core::json_string(client.metadata, "application_type") == "native",
                                   rules.allow_http_loopback};
  read_uris(reader, "redirect_uris", uri_rules, client.redirect_uris);
  std::vector<std::string> logout_uris;
  read_uris(reader, "post_logout_redirect_uris", uri_rules, logout_uris);
  if (!logout_uris.empty()) client.metadata["post_logout_redirect_uris"] = std::move(logout_uris);
  read_back_channel_logout(reader, rules, client.metadata);

  read_member_keys(reader, client);
  read_auth_method(reader, client);
  read_grants(reader, rules, client);
  read_scope(reader, client);
  read_jwks(reader, client, client.metadata);
  read_human_members(reader, client.metadata);
  read_choice(reader, "id_token_signed_response_alg", kSigningAlgorithms, client.metadata);
  constexpr std::string_view kSubjectTypes[] = {"public", "pairwise"};
  read_choice(reader, "subject_type", kSubjectTypes, client.metadata);
  read_token_members(reader, client.metadata);

  client.skip_consent = reader.flag("skip_consent", false);
  client.disabled = reader.flag("disabled", false);
  if (const std::string owner = reader.text("owner_bap_id", 64); !owner.empty()) {
    if (!bap::is_bap_id(owner)) reader.fault("owner_bap_id", "must be a BAP id: 26 to 28 base58 characters.");
    client.owner_bap_id = store::BapId{owner};
  }
  reader.refuse_unknown();
  SIGMA_CHECK(reader.outcome());
  return client;
}

Json render_client(const store::Client& client) {
  Json json = client.metadata.is_object() ? client.metadata : Json::object();
  json["client_id"] = client.id.str();
  json["client_id_issued_at"] = client.created_at.seconds();
  json["client_name"] = client.name;
  json["token_endpoint_auth_method"] = client.auth_method;
  json["redirect_uris"] = client.redirect_uris;
  json["grant_types"] = client.grant_types;
  json["response_types"] = contains(client.grant_types, "authorization_code") ? Json::array({"code"}) : Json::array();
  if (!client.scopes.empty()) json["scope"] = join_scopes(client.scopes);
  json["member_pubkeys"] = Json::array();
  for (const store::MemberKey& key : client.member_keys) json["member_pubkeys"].push_back(render_member_key(key));
  if (client.owner_bap_id) json["owner_bap_id"] = client.owner_bap_id->str();
  json["skip_consent"] = client.skip_consent;
  json["disabled"] = client.disabled;
  return json;
}

core::Result<store::Client> apply_patch(const store::Client& current, const Json& patch, const RegistrationRules& rules,
                                        core::UtcTime now) {
  if (!patch.is_object()) return wrong("A change must be a JSON object of the members to change.");
  Json merged = render_client(current);
  for (const std::string_view name : kReadOnly) {
    const auto given = patch.find(name);
    if (given != patch.end() && (!merged.contains(name) || merged[std::string(name)] != *given)) {
      return wrong(fmt::format("{} cannot be changed; leave it out.", name));
    }
  }
  // Follows from the others unless it is given.
  if (patch.contains("grant_types") && !patch.contains("response_types")) merged.erase("response_types");
  if (patch.contains("member_pubkey")) merged.erase("member_pubkeys");
  merged.merge_patch(patch);
  merged.erase("client_id_issued_at");
  SIGMA_TRY(store::Client changed, parse_client(merged, rules, now));
  changed.secrets = current.secrets;
  changed.created_at = current.created_at;
  changed.updated_at = std::max(now, current.updated_at + core::Milliseconds{1});
  return changed;
}

}  // namespace sigma::oauth
