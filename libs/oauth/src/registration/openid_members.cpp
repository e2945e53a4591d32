#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

#include "registration/host_of.hpp"
#include "registration/member_readers.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/oauth/grants/device_code.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::string_view kIdTokenAlgorithms[] = {"RS256", "ES256", "EdDSA", "ES256K"};
constexpr std::string_view kAssertionAlgorithms[] = {"RS256", "PS256", "ES256", "EdDSA", "Ed25519", "ES256K"};
constexpr std::string_view kSubjectTypes[] = {"public", "pairwise"};
constexpr std::int64_t kMaxAge = 10LL * 366 * 86'400;

struct Unsupported {
  std::string_view member;
  std::string_view why;
};
constexpr Unsupported kUnsupported[] = {
    {"id_token_encrypted_response_alg", "ID tokens are signed, not encrypted"},
    {"id_token_encrypted_response_enc", "ID tokens are signed, not encrypted"},
    {"userinfo_signed_response_alg", "userinfo answers plain JSON"},
    {"userinfo_encrypted_response_alg", "userinfo answers plain JSON"},
    {"userinfo_encrypted_response_enc", "userinfo answers plain JSON"},
    {"introspection_signed_response_alg", "introspection answers plain JSON"},
    {"introspection_encrypted_response_alg", "introspection answers plain JSON"},
    {"authorization_signed_response_alg", "authorization answers are plain parameters"},
    {"authorization_encrypted_response_alg", "authorization answers are plain parameters"},
    {"request_object_signing_alg", "request objects are not read"},
    {"request_object_encryption_alg", "request objects are not read"},
    {"request_object_encryption_enc", "request objects are not read"},
    {"request_uris", "request objects are not read"},
    {"require_signed_request_object", "request objects are not read"},
    {"tls_client_certificate_bound_access_tokens", "client certificates are not read"},
};

bool asks_for_nothing(const Json& value) {
  return value == false || value == Json::array();
}

// OpenID Connect Core §8.1: without a sector identifier the one host of the redirect URIs is the sector. A device,
// which has none, is a sector of its own (sector_identifier()). That a sector is the client's own is proven by a code
// that arrives at the redirect URI; at a device nothing arrives, and whoever named somebody else's addresses, or their
// sector document, would learn the subjects that are theirs.
void read_subject_type(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  const std::string sector = read_https_uri(reader, "sector_identifier_uri", client.metadata);
  const std::string type = reader.choice("subject_type", kSubjectTypes);
  if (type.empty()) return;
  client.metadata["subject_type"] = type;
  if (type != "pairwise") return;
  const auto& uris = client.redirect_uris;
  const bool with_device = std::ranges::find(client.grant_types, kDeviceCodeGrant) != client.grant_types.end();
  if (with_device && rules.registrar != Registrar::administrator && (!uris.empty() || !sector.empty())) {
    reader.fault("subject_type",
                 "can be pairwise with the device flow only without redirect_uris and sector_identifier_uri: a device "
                 "cannot prove that they are its own. Register the device as a client by itself.");
  }
  if (!sector.empty()) return;
  const bool one_host = std::ranges::all_of(
      uris, [&](const std::string& uri) { return !host_of(uri).empty() && host_of(uri) == host_of(uris.front()); });
  if (!one_host) {
    reader.fault("subject_type",
                 "can be pairwise without sector_identifier_uri only when all redirect_uris are on one host.");
  }
}

}  // namespace

void read_openid_members(JsonReader& reader, const RegistrationRules& rules, store::Client& client) {
  Json& metadata = client.metadata;
  if (const auto alg = reader.choice("id_token_signed_response_alg", kIdTokenAlgorithms); !alg.empty())
    metadata["id_token_signed_response_alg"] = alg;
  read_subject_type(reader, rules, client);
  if (const Json* age = reader.member("default_max_age")) {
    if (!age->is_number_unsigned() || *age > kMaxAge) {
      reader.fault("default_max_age", "must be a number of seconds, 0 or more.");
    } else {
      metadata["default_max_age"] = *age;
    }
  }
  if (reader.flag("require_auth_time", false)) metadata["require_auth_time"] = true;
  if (auto values = reader.texts("default_acr_values", 10, 200); !values.empty())
    metadata["default_acr_values"] = std::move(values);
  read_https_uri(reader, "initiate_login_uri", metadata);
}

void read_client_keys(JsonReader& reader, store::Client& client) {
  const bool by_keys = client.auth_method == "private_key_jwt";
  if (const auto alg = reader.choice("token_endpoint_auth_signing_alg", kAssertionAlgorithms); !alg.empty()) {
    if (!by_keys) reader.fault("token_endpoint_auth_signing_alg", "goes with private_key_jwt only.");
    client.metadata["token_endpoint_auth_signing_alg"] = alg;
  }
  const Json* jwks = reader.member("jwks");
  const std::string uri = read_https_uri(reader, "jwks_uri", client.metadata);
  if (jwks && !uri.empty()) return reader.fault("jwks_uri", "and jwks are both there; keep one.");
  if (!jwks) {
    if (by_keys && uri.empty())
      reader.fault("jwks", "must hold the client's public keys for private_key_jwt, or jwks_uri say where they are.");
    return;
  }
  const auto keys = jose::JwkSet::parse(*jwks);
  if (!keys) return reader.fault("jwks", fmt::format("cannot be used: {}", keys.error().description()));
  if (keys->size() == 0) return reader.fault("jwks", "holds no key of a kind that this server can check.");
  client.metadata["jwks"] = *jwks;
}

void refuse_unsupported(JsonReader& reader) {
  for (const auto& [member, why] : kUnsupported) {
    const Json* value = reader.member(member);
    if (value && !asks_for_nothing(*value)) reader.fault(member, fmt::format("cannot be had: {}. Leave it out.", why));
  }
  if (reader.member("software_statement"))
    reader.fault("software_statement", "cannot be accepted: this server trusts no issuer of software statements.");
}

}  // namespace sigma::oauth
