#include "import/cloud_rows.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/oauth/identities/identity_book.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kDigest = 32;

core::Error unusable(std::string why) {
  return {core::Code::invalid_input, std::move(why)};
}

std::string text(const Json& row, std::string_view column) {
  return core::json_string(row, column).value_or("");
}

// The first of several columns that says something: tables have changed their names.
std::string first_text(const Json& row, std::initializer_list<std::string_view> columns) {
  for (const std::string_view column : columns) {
    if (std::string found = text(row, column); !found.empty()) return found;
  }
  return {};
}

bool flag(const Json& row, std::string_view column) {
  const auto found = row.find(column);
  return found != row.end() && found->is_boolean() && found->get<bool>();
}

// Lists are an array, JSON in a text, or words with commas or blanks between them.
std::vector<std::string> texts(const Json& row, std::string_view column) {
  const auto found = row.find(column);
  if (found == row.end()) return {};
  Json list = *found;
  if (list.is_string()) {
    const std::string& written = found->get_ref<const std::string&>();
    if (written.starts_with('[')) {
      auto parsed = core::parse_json(written);
      list = parsed ? std::move(*parsed) : Json();
    } else {
      list = Json::array();
      for (std::size_t at = 0; at < written.size();) {
        const auto end = std::min(written.find_first_of(", ", at), written.size());
        if (end > at) list.push_back(written.substr(at, end - at));
        at = end + 1;
      }
    }
  }
  std::vector<std::string> words;
  if (!list.is_array()) return words;
  for (const Json& item : list) {
    if (item.is_string()) words.push_back(item.get<std::string>());
  }
  return words;
}

// JSON in a column, or in a text in it.
Json object(const Json& row, std::string_view column) {
  const auto found = row.find(column);
  if (found == row.end()) return Json::object();
  if (found->is_object()) return *found;
  if (!found->is_string()) return Json::object();
  auto parsed = core::parse_json(found->get_ref<const std::string&>());
  return parsed && parsed->is_object() ? std::move(*parsed) : Json::object();
}

// Seconds are enough here; the session that reads the tables has UTC.
core::UtcTime time_of(const Json& row, std::string_view column, core::UtcTime otherwise) {
  constexpr std::size_t kToSeconds = std::string_view("2026-01-31T12:34:56").size();
  const std::string written = text(row, column);
  return core::parse_iso8601(written.substr(0, kToSeconds) + ".000Z").value_or(otherwise);
}

void put(Json& metadata, const char* member, Json value) {
  static const Json kNoText = "";
  if (value.empty() || value == kNoText) return;
  metadata[member] = std::move(value);
}

// Sigma's clients sign with their member key whatever the column says: the reference had no name for that method.
std::string auth_method(const Json& row, bool has_key, bool has_secret) {
  if (has_key) return "x_auth_token";
  std::string method = text(row, "token_endpoint_auth_method");
  if (!method.empty()) return method;
  return has_secret ? "client_secret_basic" : "none";
}

std::optional<std::string> optional_text(const Json& row, std::string_view column) {
  std::string found = text(row, column);
  return found.empty() ? std::nullopt : std::optional(std::move(found));
}

Result<store::Profile> cloud_identity(const Json& row, const store::UserId& user, core::UtcTime now) {
  const std::string pubkey = core::to_lower_ascii(text(row, "member_pubkey"));
  const auto key = bitcoin::PublicKey::from_hex(pubkey);
  const std::string bap_id = text(row, "bap_id");
  if (!key) return unusable(fmt::format("identity {} has no usable member_pubkey.", bap_id));
  if (bap::bap_id_from_member_key(*key) != bap_id)
    return unusable(fmt::format("identity {} does not derive from its member key.", bap_id));
  store::Profile identity = oauth::identity_of_key(user, pubkey, flag(row, "is_primary"), now);
  if (auto name = optional_text(row, "name")) identity.name = std::move(*name);
  identity.image = optional_text(row, "image");
  if (const auto counter = row.find("counter"); counter != row.end() && counter->is_number_integer())
    identity.counter = counter->get<std::int64_t>();
  if (Json profile = object(row, "profile"); profile.value("idKey", Json()) == bap_id)
    identity.profile = std::move(profile);
  return identity;
}

}  // namespace

Json with_snake_case(const Json& row) {
  Json renamed = Json::object();
  for (const auto& [column, value] : row.items()) {
    std::string name;
    for (std::size_t i = 0; i < column.size(); ++i) {
      const bool upper = std::isupper(static_cast<unsigned char>(column[i])) != 0;
      const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(column[i - 1])) != 0;
      if (upper && after_lower) name += '_';
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(column[i])));
    }
    renamed[name] = value;
  }
  return renamed;
}

Result<store::Client> cloud_client(const Json& row, core::UtcTime now) {
  const Json older = object(row, "metadata");
  std::string member_key = text(row, "member_pubkey");
  if (member_key.empty()) member_key = first_text(older, {"memberPubkey", "member_pubkey"});
  const std::string secret = text(row, "client_secret");
  Json metadata = {{"client_id", text(row, "client_id")}};
  put(metadata, "client_name", text(row, "name"));
  auto redirects = texts(row, "redirect_uris");
  put(metadata, "redirect_uris", redirects.empty() ? texts(row, "redirect_urls") : std::move(redirects));
  put(metadata, "post_logout_redirect_uris", texts(row, "post_logout_redirect_uris"));
  put(metadata, "grant_types", texts(row, "grant_types"));
  put(metadata, "scope", fmt::format("{}", fmt::join(texts(row, "scopes"), " ")));
  put(metadata, "contacts", texts(row, "contacts"));
  put(metadata, "client_uri", text(row, "uri"));
  put(metadata, "logo_uri", text(row, "icon"));
  put(metadata, "tos_uri", text(row, "tos"));
  put(metadata, "policy_uri", text(row, "policy"));
  put(metadata, "subject_type", text(row, "subject_type"));
  put(metadata, "backchannel_logout_uri", text(row, "backchannel_logout_uri"));
  if (!member_key.empty()) metadata["member_pubkeys"] = {member_key};
  // 'none' and the like stand in the column, too.
  if (const std::string owner = text(row, "owner_bap_id"); bap::is_bap_id(owner)) metadata["owner_bap_id"] = owner;
  metadata["token_endpoint_auth_method"] = auth_method(row, !member_key.empty(), !secret.empty());
  metadata["skip_consent"] = flag(row, "skip_consent");
  metadata["disabled"] = flag(row, "disabled");
  SIGMA_TRY(store::Client client, oauth::parse_client(metadata, {}, now));
  if (client.id.empty()) return unusable("it has no client id.");
  client.created_at = time_of(row, "created_at", now);
  if (!oauth::uses_secret(client)) return client;
  if (secret.empty()) return unusable("its method wants a secret, and there is none.");
  const auto hashed = core::base64url_decode(secret);
  const bool is_hash = hashed && hashed->size() == kDigest;
  client.secrets = {{is_hash ? store::SecretHash{*hashed} : oauth::hash_secret(secret), now, {}}};
  return client;
}

Result<CloudPerson> cloud_person(const Json& row, const std::vector<Json>& profiles, core::UtcTime now) {
  CloudPerson person;
  store::User& user = person.user;
  user.id = store::UserId{text(row, "id")};
  for (const Json& profile : profiles) {
    SIGMA_TRY(store::Profile identity, cloud_identity(profile, user.id, now));
    person.identities.push_back(std::move(identity));
  }
  const auto primary = std::ranges::find_if(person.identities, &store::Profile::is_primary);
  if (primary != person.identities.end()) std::rotate(person.identities.begin(), primary, std::next(primary));
  std::string pubkey = core::to_lower_ascii(text(row, "pubkey"));
  if (pubkey.empty() && !person.identities.empty()) pubkey = person.identities.front().member_pubkey;
  if (!bitcoin::PublicKey::from_hex(pubkey)) return unusable("there is no key with which they could sign in.");
  if (person.identities.empty()) person.identities = {oauth::identity_of_key(user.id, pubkey, true, now)};
  for (store::Profile& identity : person.identities) identity.is_primary = &identity == &person.identities.front();
  user.pubkey = std::move(pubkey);
  user.name = text(row, "name").empty() ? person.identities.front().name : text(row, "name");
  user.email = optional_text(row, "email");
  user.email_verified = user.email && flag(row, "email_verified");
  user.image = optional_text(row, "image");
  user.disabled = flag(row, "banned");
  user.created_at = time_of(row, "created_at", now);
  user.updated_at = now;
  return person;
}

Result<store::Consent> cloud_consent(const Json& row, core::UtcTime now) {
  store::Consent consent;
  consent.user_id = store::UserId{text(row, "user_id")};
  consent.client_id = store::ClientId{text(row, "client_id")};
  consent.scopes = texts(row, "scopes");
  if (const std::string identity = first_text(row, {"reference_id", "selected_bap_id"}); bap::is_bap_id(identity))
    consent.bap_id = store::BapId{identity};
  if (row.contains("consent_given") && !flag(row, "consent_given")) return unusable("it was not given.");
  if (consent.scopes.empty()) return unusable("it holds no scope.");
  consent.created_at = time_of(row, "created_at", now);
  consent.updated_at = now;
  return consent;
}

}  // namespace sigma::service
