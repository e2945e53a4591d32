#include "sigma/oauth/sessions/session_service.hpp"

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/uuid.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxUserAgent = 512;

std::string address_of(const std::string& pubkey) {
  return bitcoin::PublicKey::from_hex(pubkey).value().address();  // verified tokens carry valid keys
}

}  // namespace

store::Profile SessionService::make_profile(const store::UserId& user, const std::string& pubkey, bool primary) const {
  const std::string address = address_of(pubkey);
  store::Profile profile;
  profile.bap_id = store::BapId{bap::bap_id_from_root_address(address)};
  profile.user_id = user;
  profile.name = address;
  profile.member_pubkey = pubkey;
  profile.is_primary = primary;
  profile.profile = {{"idKey", profile.bap_id.str()}, {"rootAddress", address}, {"currentAddress", address}};
  profile.created_at = profile.updated_at = clock_.now();
  return profile;
}

core::Task<Result<store::User>> SessionService::find_or_create_user(std::string pubkey,
                                                                    std::optional<std::string> wanted) {
  SIGMA_CO_TRY(auto known, co_await users_.find_by_pubkey(pubkey));
  if (known) {
    if (known->disabled)
      co_return Error{ErrorCode::user_disabled, "This account is switched off. Ask the operator of this server."};
    co_return std::move(*known);
  }
  if (!settings_.implicit_sign_up) {
    if (wanted)
      co_return Error{ErrorCode::restore_profile_not_found, "This identity is not known here yet; sign up first."};
    co_return Error{ErrorCode::user_not_found, "Nobody has signed up with this key yet; sign up first."};
  }
  store::User user;
  user.id = store::UserId{core::uuid_v7(clock_, random_)};
  user.name = address_of(pubkey);
  user.pubkey = pubkey;
  user.created_at = user.updated_at = clock_.now();
  const store::UserId id = user.id;
  SIGMA_CO_TRY(store::User created,
               co_await users_.create_with_profile(std::move(user), make_profile(id, pubkey, true)));
  co_return created;
}

core::Task<Result<std::optional<store::BapId>>> SessionService::choose_identity(store::User user, std::string pubkey,
                                                                                std::optional<std::string> wanted) {
  if (!wanted) {
    SIGMA_CO_TRY(const auto profiles, co_await users_.list_profiles(user.id));
    if (profiles.size() != 1) co_return std::optional<store::BapId>{};  // several: the person chooses on the page
    co_return std::optional{profiles.front().bap_id};
  }
  const store::BapId bap_id{*wanted};
  SIGMA_CO_TRY(const auto profile, co_await users_.find_profile(bap_id));
  if (profile && profile->user_id == user.id) co_return std::optional{bap_id};
  // Naming an identity proves nothing: only the id that derives from the signing key is the signer's.
  store::Profile own = make_profile(user.id, pubkey, false);
  if (profile || own.bap_id != bap_id) {
    co_return Error{
        ErrorCode::bap_ownership_failed,
        "The signing key does not own the identity named in bapId. Sign in with that identity's member key."};
  }
  SIGMA_CO_TRY(const bool saved, co_await users_.save_profile(std::move(own)));
  if (!saved)
    co_return Error{ErrorCode::bap_ownership_failed, "The identity named in bapId belongs to another account."};
  co_return std::optional{bap_id};
}

core::Task<Result<SignedIn>> SessionService::sign_in(SignInRequest request) {
  if (request.x_auth_tokens.empty())
    co_return Error{ErrorCode::no_auth_token_provided, "No auth token provided: send an X-Auth-Token header."};
  if (request.x_auth_tokens.size() > 1)
    co_return Error{ErrorCode::invalid_auth_token_format,
                    "Invalid auth token format: send one X-Auth-Token header, not several."};
  XAuthTokenRule rule;
  rule.paths.emplace_back(kSignInPath);
  rule.bodies.push_back(std::move(request.body));
  rule.body_optional = true;  // the browser client signs no body, the CLI signs it (contract §6)
  SIGMA_CO_TRY(auto outcome, co_await x_auth_token_.verify(std::move(request.x_auth_tokens.front()), std::move(rule)));
  if (!outcome.token) {
    const bool malformed = outcome.fault.malformed;
    co_return Error{
        malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
        (malformed ? "Invalid auth token format: " : "Invalid auth token signature: ") + outcome.fault.description};
  }
  const std::string pubkey = outcome.token->pubkey.hex();
  SIGMA_CO_TRY(store::User user, co_await find_or_create_user(pubkey, request.bap_id));
  SIGMA_CO_TRY(auto identity, co_await choose_identity(user, pubkey, std::move(request.bap_id)));

  const core::UtcTime now = clock_.now();
  SignedIn signed_in;
  signed_in.session_token = make_session_secret(random_);
  signed_in.user = std::move(user);
  store::Session& session = signed_in.session;
  session.id = store::SessionId{core::uuid_v7(clock_, random_)};
  session.token_hash = hash_secret(signed_in.session_token);
  session.user_id = signed_in.user.id;
  session.active_bap_id = std::move(identity);
  session.auth_time = session.created_at = session.updated_at = now;
  session.expires_at = now + settings_.session_lifetime;
  session.ip_address = std::move(request.ip_address);
  session.user_agent = request.user_agent.substr(0, kMaxUserAgent);
  SIGMA_CO_CHECK(co_await sessions_.create(session));
  co_return signed_in;
}

core::Task<Result<std::optional<store::SessionWithUser>>> SessionService::find(std::string session_token) {
  const core::UtcTime now = clock_.now();
  SIGMA_CO_TRY(auto found, co_await sessions_.find(hash_secret(session_token), now));
  if (!found || found->user.disabled) co_return std::optional<store::SessionWithUser>{};
  store::Session& session = found->session;
  if (now - session.updated_at >= settings_.session_renew_after) {
    session.updated_at = now;
    session.expires_at = now + settings_.session_lifetime;
    SIGMA_CO_CHECK(co_await sessions_.renew(session.id, session.updated_at, session.expires_at));
  }
  co_return std::move(found);
}

core::Task<Result<void>> SessionService::sign_out(store::SessionId id) {
  SIGMA_CO_CHECK(co_await sessions_.remove(std::move(id), clock_.now()));
  co_return Result<void>{};
}

core::Task<Result<std::vector<store::Session>>> SessionService::list(store::UserId user) {
  SIGMA_CO_TRY(auto sessions, co_await sessions_.list(std::move(user), clock_.now()));
  co_return sessions;
}

core::Task<Result<void>> SessionService::revoke(store::UserId user, std::string id_or_token) {
  SIGMA_CO_TRY(const auto sessions, co_await list(std::move(user)));
  const store::SecretHash hash = hash_secret(id_or_token);
  for (const store::Session& session : sessions) {
    if (session.id.str() == id_or_token || session.token_hash == hash) co_return co_await sign_out(session.id);
  }
  co_return Result<void>{};
}

core::Task<Result<void>> SessionService::revoke_all(store::UserId user, std::optional<store::SessionId> keep) {
  SIGMA_CO_TRY(const auto sessions, co_await list(std::move(user)));
  for (const store::Session& session : sessions) {
    if (session.id != keep) SIGMA_CO_CHECK(co_await sign_out(session.id));
  }
  co_return Result<void>{};
}

core::Task<Result<store::Profile>> SessionService::set_active_identity(store::SessionWithUser session,
                                                                       store::BapId bap_id) {
  SIGMA_CO_TRY(auto profile, co_await users_.find_profile(bap_id));
  if (!profile || profile->user_id != session.user.id) {
    co_return Error{ErrorCode::not_a_member, "This identity is not one of yours; sign in with its member key first."};
  }
  SIGMA_CO_CHECK(co_await sessions_.set_active_identity(session.session.id, std::move(bap_id), clock_.now()));
  co_return std::move(*profile);
}

core::Task<Result<std::vector<store::Profile>>> SessionService::identities(store::UserId user) {
  SIGMA_CO_TRY(auto profiles, co_await users_.list_profiles(std::move(user)));
  co_return profiles;
}

}  // namespace sigma::oauth
