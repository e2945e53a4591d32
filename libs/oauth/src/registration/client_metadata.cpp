#include "sigma/oauth/registration/client_metadata.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "registration/described_members.hpp"
#include "registration/member_readers.hpp"
#include "sigma/bap/bap_id.hpp"
#include "sigma/bap/person.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/grants/grant_types.hpp"
#include "sigma/oauth/registration/client_documents.hpp"
#include "sigma/oauth/scope.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::string_view kAuthMethods[] = {"x_auth_token", "client_secret_basic", "client_secret_post",
                                             "private_key_jwt", "none"};
constexpr std::string_view kApplicationTypes[] = {"web", "native"};
constexpr std::string_view kReadOnly[] = {"client_id", "client_id_issued_at", "client_secret",
                                          "client_secret_expires_at"};
// What the server itself notes about a client that nobody registered; nobody else can set or remove it.
constexpr std::string_view kMarks[] = {kUnverifiedMark, kDocumentMark};
constexpr std::string_view kHumanUris[] = {"client_uri", "logo_uri", "tos_uri", "policy_uri"};
constexpr std::string_view kClientIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@/+";
constexpr std::size_t kMaxName = 200;

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

void read_auth_method(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  client.auth_method = reader.text("token_endpoint_auth_method", 64);
  const bool has_keys = !client.member_keys.empty();
  if (client.auth_method.empty() && !has_keys) client.auth_method = rules.default_auth_method;
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
  // What a document says, everybody reads.
  if (rules.registrar == Registrar::document && client.auth_method != "none" && client.auth_method != "private_key_jwt")
    reader.fault("token_endpoint_auth_method", "must be none or private_key_jwt in a client metadata document.");
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
    reader.fault("grant_types", "cannot hold client_credentials for a client without authentication.");
  }
  if (contains(client.grant_types, "client_credentials") && !rules.allow_client_credentials) {
    reader.fault("grant_types",
                 "cannot hold client_credentials for a client that nobody vouches for; ask the operator.");
  }
  if (contains(client.grant_types, kTokenExchangeGrant) && rules.registrar != Registrar::administrator)
    reader.fault("grant_types", fmt::format("can be {} when the operator registers it only.", kTokenExchangeGrant));
  for (const std::string& type : reader.texts("response_types", 10, 100)) {
    if (type != "code" || !with_code) {
      reader.fault("response_types", "must be [\"code\"], and only with the grant authorization_code.");
      return;
    }
  }
}

void read_scope(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  const Json* scope = reader.member("scope");
  if (!scope) return;
  if (!scope->is_string()) return reader.fault("scope", "must be a string of scopes separated by blanks.");
  if (scope->get_ref<const std::string&>().find(',') != std::string::npos)
    return reader.fault("scope", "must separate scopes by blanks, not by commas.");
  auto scopes = parse_scopes(scope->get_ref<const std::string&>());
  if (!scopes) return reader.fault("scope", fmt::format("cannot be used: {}", scopes.error().description()));
  client.scopes = std::move(*scopes);
  if (rules.scopes.empty() || client.scopes.empty()) return;
  // A scope that comes to this server later must not be anybody's already.
  std::erase_if(client.scopes, [&](const std::string& name) { return !contains(rules.scopes, name); });
  if (client.scopes.empty())
    reader.fault("scope", fmt::format("names no scope of this server: {}.", fmt::join(rules.scopes, ", ")));
}

void read_human_members(JsonReader& reader, const RegistrationRules& rules, Json& metadata) {
  for (const std::string_view name : kHumanUris) {
    const std::string uri = reader.text(name, kMaxRedirectUri);
    if (uri.empty()) continue;
    const auto checked = check_redirect_uri(uri, {.allow_http_loopback = rules.allow_http_loopback});
    if (!checked) reader.fault(name, checked.error().description());
    metadata[std::string(name)] = uri;
  }
  if (auto contacts = reader.texts("contacts", 10, 254); !contacts.empty()) metadata["contacts"] = std::move(contacts);
  for (const std::string_view name : {"software_id", "software_version"}) {
    if (const std::string text = reader.text(name, kMaxName); !text.empty()) metadata[std::string(name)] = text;
  }
}

void read_redirects(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  const std::string type = reader.choice("application_type", kApplicationTypes);
  if (!type.empty()) client.metadata["application_type"] = type;
  const RedirectUriRules uri_rules{.native = type == "native",
                                   .allow_http_loopback = rules.allow_http_loopback,
                                   .native_localhost = rules.registrar != Registrar::administrator};
  read_uris(reader, "redirect_uris", uri_rules, client.redirect_uris);
  std::vector<std::string> logout_uris;
  read_uris(reader, "post_logout_redirect_uris", uri_rules, logout_uris);
  if (!logout_uris.empty()) client.metadata["post_logout_redirect_uris"] = std::move(logout_uris);
}

// What the client's tokens are like, and who may use them how.
void read_token_members(JsonReader& reader, Json& metadata) {
  constexpr std::string_view kFormats[] = {"opaque", "jwt"};
  if (const auto format = reader.choice("access_token_format", kFormats); !format.empty())
    metadata["access_token_format"] = format;
  for (const std::string_view name :
       {"require_pkce", "dpop_bound_access_tokens", "require_pushed_authorization_requests"}) {
    if (reader.flag(name, false)) metadata[std::string(name)] = true;
  }
  // Resource identifiers that this client serves: tokens for them are meant for it, so it may introspect them.
  if (auto served = reader.texts("resources", 20, kMaxRedirectUri); !served.empty())
    metadata["resources"] = std::move(served);
  if (const std::string actor = reader.text("may_act", 255); !actor.empty()) metadata["may_act"] = actor;
}

void read_operators_members(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  client.skip_consent = reader.flag("skip_consent", false);
  client.disabled = reader.flag("disabled", false);
  if (!reader.flag("verified", rules.vouched_for)) client.metadata["verified"] = false;
  if (const std::string owner = reader.text("owner_bap_id", 64); !owner.empty()) {
    if (!bap::is_bap_id(owner)) reader.fault("owner_bap_id", "must be a BAP id: 26 to 28 base58 characters.");
    client.owner_bap_id = store::BapId{owner};
  }
}

store::Client read_client(JsonReader& reader, const RegistrationRules& rules, core::UtcTime now) {
  store::Client client;
  client.created_at = client.updated_at = now;
  const std::string id = reader.text("client_id", 255);
  if (id.find_first_not_of(kClientIdAlphabet) != std::string::npos) {
    reader.fault("client_id", "may hold letters, digits and - . _ ~ : @ / + only.");
  }
  client.id = store::ClientId{id};
  client.name = reader.text("client_name", kMaxName);
  if (client.name.empty()) client.name = id;
  if (bap::is_misleading(client.name))
    reader.fault("client_name",
                 "must be one line, without characters that take no room or turn the writing direction.");

  read_redirects(reader, rules, client);
  read_back_channel_logout(reader, rules, client.metadata);
  read_member_keys(reader, client);
  read_auth_method(reader, rules, client);
  read_grants(reader, rules, client);
  read_scope(reader, rules, client);
  read_client_keys(reader, client);
  read_human_members(reader, rules, client.metadata);
  read_openid_members(reader, rules, client);
  read_token_members(reader, client.metadata);
  read_operators_members(reader, rules, client);
  refuse_unsupported(reader);
  return client;
}

std::vector<MetadataFault> check_shape(const Json& metadata) {
  if (!metadata.is_object()) return {{"A client", "must be described by a JSON object."}};
  if (has_control_characters(metadata)) return {{"A client", "must not hold control characters."}};
  return {};
}

// The members that count, by who describes. An empty value stands for a member that is left out (RFC 7592 §2.2).
Json described_members(const Json& metadata, Registrar registrar) {
  static const Json kLeftOut = "";
  if (registrar == Registrar::administrator) return metadata;
  Json members = Json::object();
  for (const auto& [name, value] : metadata.items()) {
    if (may_describe(registrar, name) && !value.is_null() && value != kLeftOut) members[name] = value;
  }
  return members;
}

// Members outside the list: an administrator's slip, an attempt to be more than others, or nothing that concerns us.
void judge_other_members(const Json& metadata, Registrar registrar, JsonReader& reader) {
  if (registrar == Registrar::administrator) return reader.refuse_unknown();
  if (registrar == Registrar::document) return;
  for (const auto& [name, value] : metadata.items()) {
    if (!may_describe(registrar, name) && reader.knows(name))
      reader.fault(name, "is decided by the operator of this server; leave it out.");
  }
}

}  // namespace

RegistrationRules registration_rules(Registrar registrar, const Settings& settings) {
  if (registrar == Registrar::administrator) return {.resources = settings.resources};
  const bool with_token =
      registrar == Registrar::software && settings.dynamic_registration == DynamicRegistrationMode::token;
  return {.registrar = registrar,
          .default_grant_types = {"authorization_code"},  // RFC 7591 §2
          .default_auth_method = registrar == Registrar::document ? "none" : "client_secret_basic",
          .allow_http_loopback = false,
          .allow_client_credentials = registrar == Registrar::owner || with_token,
          .vouched_for = with_token,
          .scopes = settings.scopes};
}

bool is_vouched_for(const store::Client& client) {
  return !is_unverified(client) && !is_document_client(client) && client.metadata.value("verified", true);
}

bool uses_secret(const store::Client& client) {
  return client.auth_method == "client_secret_basic" || client.auth_method == "client_secret_post";
}

std::string describe_faults(const std::vector<MetadataFault>& faults) {
  std::string text;
  for (const auto& [member, description] : faults)
    fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : " ", member, description);
  return text;
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

std::string read_https_uri(JsonReader& reader, std::string_view name, Json& metadata) {
  std::string uri = reader.text(name, kMaxRedirectUri);
  if (uri.empty()) return uri;
  if (const auto checked = check_redirect_uri(uri, {}); !checked) {
    reader.fault(name, checked.error().description());
    return {};
  }
  metadata[std::string(name)] = uri;
  return uri;
}

DescribedClient describe_client(const Json& metadata, const RegistrationRules& rules, core::UtcTime now) {
  if (auto faults = check_shape(metadata); !faults.empty()) return {{}, std::move(faults)};
  const Json members = described_members(metadata, rules.registrar);
  JsonReader reader(members);
  store::Client client = read_client(reader, rules, now);
  judge_other_members(metadata, rules.registrar, reader);
  return {std::move(client), reader.faults()};
}

core::Result<store::Client> parse_client(const Json& metadata, const RegistrationRules& rules, core::UtcTime now) {
  auto described = describe_client(metadata, rules, now);
  if (described.faults.empty()) return std::move(described.client);
  return core::Error{core::Code::invalid_input, describe_faults(described.faults)};
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
  json["verified"] = is_vouched_for(client);
  return json;
}

namespace {

// `merged`: the whole client as it is to be; `given`: what this registrar said of it.
DescribedClient read_changed(const store::Client& current, Json merged, const Json& given,
                             const RegistrationRules& rules, core::UtcTime now) {
  merged.erase("client_id_issued_at");
  for (const std::string_view mark : kMarks) merged.erase(std::string(mark));
  if (!merged.contains("verified")) merged["verified"] = is_vouched_for(current);
  JsonReader reader(merged);
  store::Client changed = read_client(reader, rules, now);
  for (const std::string_view mark : kMarks) {
    if (const auto found = current.metadata.find(mark); found != current.metadata.end())
      changed.metadata[std::string(mark)] = *found;
  }
  judge_other_members(rules.registrar == Registrar::administrator ? merged : given, rules.registrar, reader);
  changed.secrets = current.secrets;
  changed.registration_token = current.registration_token;
  changed.expires_at = current.expires_at;
  changed.created_at = current.created_at;
  changed.updated_at = std::max(now, current.updated_at + core::Milliseconds{1});
  return {std::move(changed), reader.faults()};
}

// A read-only member may be said again as it is.
std::vector<MetadataFault> check_read_only(const Json& current, const Json& given) {
  std::vector<MetadataFault> faults;
  const auto check = [&](std::string_view name) {
    const auto found = given.find(name);
    if (found != given.end() && (!current.contains(name) || current[std::string(name)] != *found))
      faults.push_back({std::string(name), "cannot be changed; leave it out."});
  };
  std::ranges::for_each(kReadOnly, check);
  std::ranges::for_each(kMarks, check);
  return faults;
}

}  // namespace

DescribedClient patch_client(const store::Client& current, const Json& patch, const RegistrationRules& rules,
                             core::UtcTime now) {
  if (auto faults = check_shape(patch); !faults.empty()) return {{}, std::move(faults)};
  Json merged = render_client(current);
  if (auto faults = check_read_only(merged, patch); !faults.empty()) return {{}, std::move(faults)};
  // Follows from the others unless it is given.
  if (patch.contains("grant_types") && !patch.contains("response_types")) merged.erase("response_types");
  if (patch.contains("member_pubkey")) merged.erase("member_pubkeys");
  Json counting = Json::object();
  for (const auto& [name, value] : patch.items()) {
    if (may_describe(rules.registrar, name)) counting[name] = value;
  }
  merged.merge_patch(counting);
  return read_changed(current, std::move(merged), patch, rules, now);
}

core::Result<store::Client> apply_patch(const store::Client& current, const Json& patch, const RegistrationRules& rules,
                                        core::UtcTime now) {
  auto described = patch_client(current, patch, rules, now);
  if (described.faults.empty()) return std::move(described.client);
  return core::Error{core::Code::invalid_input, describe_faults(described.faults)};
}

DescribedClient replace_client(const store::Client& current, const Json& metadata, const RegistrationRules& rules,
                               core::UtcTime now) {
  if (auto faults = check_shape(metadata); !faults.empty()) return {{}, std::move(faults)};
  const Json before = render_client(current);
  if (auto faults = check_read_only(before, metadata); !faults.empty()) return {{}, std::move(faults)};
  Json merged = described_members(metadata, rules.registrar);
  for (const auto& [name, value] : before.items()) {
    if (!may_describe(rules.registrar, name)) merged[name] = value;
  }
  return read_changed(current, std::move(merged), metadata, rules, now);
}

}  // namespace sigma::oauth
