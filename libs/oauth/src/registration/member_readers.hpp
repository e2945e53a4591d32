// Readers of the members of a client's description, each by its subject. Faults go to the reader.
#pragma once
#include "registration/json_reader.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"

namespace sigma::oauth {

inline constexpr std::size_t kMaxUris = 50;

/// member_pubkeys or member_pubkey (contract §3).
void read_member_keys(JsonReader& reader, store::Client& client);
void read_uris(JsonReader& reader, std::string_view name, const RedirectUriRules& rules,
               std::vector<std::string>& uris);
/// An https address, kept in `metadata` as it is; empty when absent or faulty.
std::string read_https_uri(JsonReader& reader, std::string_view name, core::Json& metadata);
/// jwks or jwks_uri, and what private_key_jwt needs of them.
void read_client_keys(JsonReader& reader, store::Client& client);
/// The further members of OpenID Connect Dynamic Client Registration §2. Comes after redirect_uris and grant_types.
void read_openid_members(JsonReader& reader, const RegistrationRules& rules, store::Client& client);
/// Members that ask for what this server does not do: registering them would be a promise that nobody keeps.
void refuse_unsupported(JsonReader& reader);

}  // namespace sigma::oauth
