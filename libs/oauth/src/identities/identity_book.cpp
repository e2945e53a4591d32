#include "sigma/oauth/identities/identity_book.hpp"

#include "sigma/bap/bap_id.hpp"
#include "sigma/bap/person.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/oauth/identities/display_name.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxName = 100;

store::BapId bap_id_of(const bitcoin::PublicKey& key) {
  return store::BapId{bap::bap_id_from_root_address(key.address())};
}

Error no_key() {
  return {ErrorCode::validation_error, "A member key is a compressed secp256k1 public key: 66 hexadecimal characters."};
}

Error taken() {
  return {ErrorCode::bap_ownership_failed,
          "This identity belongs to another account; sign in with its member key to change it."};
}

}  // namespace

Error too_many_identities() {
  return {ErrorCode::access_denied,
          fmt::format("An account has room for {} identities, and this one is full. Use one that is there, or sign up "
                      "with the new key alone: it gets an account of its own.",
                      store::UserStore::kMaxProfiles)};
}

bool is_display_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && !bap::is_misleading(name);
}

store::Profile identity_of_key(const store::UserId& user, const std::string& pubkey, bool primary, core::UtcTime now) {
  const auto key = bitcoin::PublicKey::from_hex(pubkey).value();  // who calls has verified it
  const std::string address = key.address();
  store::Profile profile;
  profile.bap_id = bap_id_of(key);
  profile.user_id = user;
  profile.name = address;
  profile.member_pubkey = pubkey;
  profile.is_primary = primary;
  profile.profile = {{"idKey", profile.bap_id.str()}, {"rootAddress", address}, {"currentAddress", address}};
  profile.created_at = profile.updated_at = now;
  return profile;
}

store::Profile identity_on_chain(const store::UserId& user, const std::string& pubkey,
                                 const bap::ChainIdentity& identity, bool primary, core::UtcTime now) {
  store::Profile profile;
  profile.bap_id = store::BapId{identity.bap_id};
  profile.user_id = user;
  profile.name = identity.root_address;
  profile.member_pubkey = pubkey;
  profile.is_primary = primary;
  profile.profile = identity.profile;
  profile.created_at = profile.updated_at = now;
  return profile;
}

core::Json public_profile(const store::Profile& profile) {
  core::Json json = profile.profile.is_object() ? profile.profile : core::Json::object();
  json["idKey"] = profile.bap_id.str();
  core::Json& identity = json["identity"];
  if (!identity.is_object()) identity = {{"@context", "https://schema.org"}, {"@type", "Person"}};
  if (!identity.contains("alternateName")) identity["alternateName"] = profile.name;
  if (!identity.contains("image") && profile.image) identity["image"] = *profile.image;
  return json;
}

core::Task<Result<std::vector<store::Profile>>> IdentityBook::of_user(store::UserId user) {
  SIGMA_CO_TRY(auto profiles, co_await users_.list_profiles(std::move(user)));
  co_return profiles;
}

core::Task<Result<store::Profile>> IdentityBook::of_user(store::UserId user, store::BapId bap_id) {
  SIGMA_CO_TRY(auto profile, co_await users_.find_profile(std::move(bap_id)));
  if (!profile || profile->user_id != user)
    co_return Error{ErrorCode::not_a_member, "This identity is not one of yours; sign in with its member key first."};
  co_return std::move(*profile);
}

core::Task<Result<std::optional<store::Profile>>> IdentityBook::of_key(std::string pubkey) {
  const auto key = bitcoin::PublicKey::from_hex(pubkey);
  if (!key) co_return no_key();
  SIGMA_CO_TRY(auto own, co_await users_.find_profile(bap_id_of(*key)));
  if (own) co_return std::move(own);
  const auto resolution = co_await chain_.of_address(key->address(), bap::Asker::stranger);
  const bool speaks = resolution.standing == bap::Standing::root || resolution.standing == bap::Standing::current;
  if (!resolution.identity || !speaks) co_return std::optional<store::Profile>{};
  SIGMA_CO_TRY(auto kept, co_await users_.find_profile(store::BapId{resolution.identity->bap_id}));
  if (kept) co_return std::move(kept);
  co_return std::optional(identity_on_chain({}, key->hex(), *resolution.identity, false, clock_.now()));
}

core::Task<Result<std::optional<store::Profile>>> IdentityBook::find(store::BapId id) {
  SIGMA_CO_TRY(auto profile, co_await users_.find_profile(id));
  if (profile || !bap::is_bap_id(id.str())) co_return std::move(profile);
  const auto resolution = co_await chain_.of_id(id.str(), bap::Asker::stranger);
  if (!resolution.identity) co_return std::optional<store::Profile>{};
  co_return std::optional(identity_on_chain({}, "", *resolution.identity, false, clock_.now()));
}

core::Task<Result<store::Profile>> IdentityBook::save(store::User user, IdentityChange change) {
  if (!is_display_name(change.name)) co_return Error{ErrorCode::validation_error, kNameRule};
  const auto key = bitcoin::PublicKey::from_hex(change.member_pubkey);
  if (!key) co_return no_key();
  const store::BapId bap_id = bap_id_of(*key);
  if (bap_id.str() != change.bap_id) {
    co_return Error{ErrorCode::bap_ownership_failed,
                    "bapId does not derive from accountPubkey: an identity's id is made of its first member key."};
  }
  SIGMA_CO_TRY(const auto known, co_await users_.find_profile(bap_id));
  if (known && known->user_id != user.id) co_return taken();
  const std::string pubkey = key->hex();
  if (!known && user.pubkey != pubkey) {
    if (change.x_auth_tokens.size() != 1) {
      co_return Error{ErrorCode::bap_ownership_failed,
                      "Nothing proves that accountPubkey is yours. Sign in with it, or sign this request with it: one "
                      "X-Auth-Token for /api/user/bap-ids and the body."};
    }
    XAuthTokenRule rule;
    rule.paths.emplace_back(kIdentitiesPath);
    rule.bodies.push_back(std::move(change.body));
    SIGMA_CO_TRY(auto proof, co_await x_auth_token_.verify(std::move(change.x_auth_tokens.front()), std::move(rule)));
    if (!proof.token) co_return Error{ErrorCode::invalid_auth_token_signature, proof.fault.description};
    if (proof.token->pubkey.hex() != pubkey)
      co_return Error{ErrorCode::bap_ownership_failed, "The X-Auth-Token is not signed by accountPubkey."};
  }
  const core::UtcTime now = clock_.now();
  store::Profile profile = known ? *known : identity_of_key(user.id, pubkey, false, now);
  profile.name = std::move(change.name);
  profile.is_primary = profile.is_primary || change.primary;
  profile.counter = change.counter;
  profile.updated_at = now;
  if (known) {
    store::ProfileChange written{.bap_id = bap_id, .user_id = user.id, .updated_at = now};
    written.name = profile.name;
    written.counter = profile.counter;
    written.make_primary = change.primary;
    SIGMA_CO_TRY(const bool updated, co_await users_.update_profile(std::move(written)));
    if (!updated) co_return taken();
    co_return profile;
  }
  SIGMA_CO_TRY(const auto addition, co_await users_.add_profile(profile));
  if (addition == store::ProfileAddition::too_many) co_return too_many_identities();
  if (addition == store::ProfileAddition::elsewhere) co_return taken();
  co_return profile;
}

core::Task<Result<std::optional<store::BapId>>> IdentityBook::last_used(store::User user, store::ClientId client,
                                                                        std::optional<std::string> pubkey) {
  if (pubkey) {
    SIGMA_CO_TRY(const auto profile, co_await of_key(std::move(*pubkey)));
    if (!profile || profile->user_id != user.id) co_return std::optional<store::BapId>{};
  }
  SIGMA_CO_TRY(auto last, co_await users_.last_identity(std::move(user.id), std::move(client)));
  co_return last;
}

}  // namespace sigma::oauth
