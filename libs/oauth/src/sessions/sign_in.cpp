// How a session begins: sign-in and sign-up with a member key.
#include <fmt/format.h>

#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/uuid.hpp"
#include "sigma/oauth/identities/follow_profile.hpp"
#include "sigma/oauth/identities/identity_book.hpp"
#include "sigma/oauth/sessions/session_service.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kMaxUserAgent = 512;

std::string address_of(const std::string& pubkey) {
  return bitcoin::PublicKey::from_hex(pubkey).value().address();  // verified tokens carry valid keys
}

Error taken() {
  return {ErrorCode::bap_ownership_failed,
          "The identity named in bapId belongs to another account; sign in with its member key, or leave bapId out."};
}

Error not_theirs() {
  return {ErrorCode::bap_ownership_failed,
          "The signing key does not own the identity named in bapId. Sign in with that identity's member key."};
}

core::Task<Result<void>> must_be_known(store::UserStore& users, store::BapId bap_id) {
  SIGMA_CO_TRY(const auto profile, co_await users.find_profile(std::move(bap_id)));
  if (!profile)
    co_return Error{ErrorCode::restore_profile_not_found, "This identity is not known here yet; sign up first."};
  co_return Result<void>{};
}

}  // namespace

core::Task<Result<std::string>> SessionService::verified_key(std::vector<std::string> tokens, std::string_view header,
                                                             XAuthTokenRule rule) {
  if (tokens.empty())
    co_return Error{ErrorCode::no_auth_token_provided,
                    fmt::format("No auth token provided: send an {} header.", header)};
  if (tokens.size() > 1)
    co_return Error{ErrorCode::invalid_auth_token_format,
                    fmt::format("Invalid auth token format: send one {} header, not several.", header)};
  SIGMA_CO_TRY(auto outcome, co_await x_auth_token_.verify(std::move(tokens.front()), std::move(rule)));
  if (outcome.token) co_return outcome.token->pubkey.hex();
  const bool malformed = outcome.fault.malformed;
  co_return Error{
      malformed ? ErrorCode::invalid_auth_token_format : ErrorCode::invalid_auth_token_signature,
      (malformed ? "Invalid auth token format: " : "Invalid auth token signature: ") + outcome.fault.description};
}

core::Task<Result<void>> SessionService::create_user(KeyHolder& holder, std::string pubkey) {
  store::User user;
  user.id = store::UserId{core::uuid_v7(clock_, random_)};
  user.name = address_of(pubkey);
  user.pubkey = std::move(pubkey);
  user.created_at = user.updated_at = clock_.now();
  holder.identity.user_id = user.id;
  user = following({user, holder.identity}, clock_.now());
  SIGMA_CO_TRY(holder.user, co_await users_.create_with_profile(std::move(user), holder.identity));
  SIGMA_CO_TRY(holder.profiles, co_await users_.list_profiles(holder.user->id));  // another sign-in may have been first
  co_return Result<void>{};
}

core::Task<Result<void>> SessionService::may_create(std::optional<std::string> wanted) {
  if (settings_.implicit_sign_up) co_return Result<void>{};
  if (!wanted) co_return Error{ErrorCode::user_not_found, "Nobody has signed up with this key yet; sign up first."};
  SIGMA_CO_CHECK(co_await must_be_known(users_, store::BapId{std::move(*wanted)}));
  co_return taken();
}

core::Task<Result<std::optional<store::BapId>>> SessionService::choose_identity(KeyHolder& holder,
                                                                                std::optional<std::string> wanted) {
  if (!wanted) {
    if (holder.profiles.size() != 1)
      co_return std::optional<store::BapId>{};  // several: the person chooses on the page
    co_return std::optional{holder.profiles.front().bap_id};
  }
  const store::BapId bap_id{*wanted};
  if (holder.find(bap_id)) co_return std::optional{bap_id};
  // Naming an identity proves nothing: only one that the key speaks for is the signer's.
  if (holder.identity.bap_id != bap_id) {
    if (!settings_.implicit_sign_up) SIGMA_CO_CHECK(co_await must_be_known(users_, bap_id));
    co_return not_theirs();
  }
  holder.identity.user_id = holder.user->id;
  holder.identity.is_primary = false;
  SIGMA_CO_TRY(const auto addition, co_await users_.add_profile(holder.identity));
  if (addition == store::ProfileAddition::too_many) co_return too_many_identities();
  if (addition == store::ProfileAddition::elsewhere) co_return taken();
  holder.profiles.push_back(holder.identity);
  co_return std::optional{bap_id};
}

core::Task<Result<SignedIn>> SessionService::enter(KeyHolder holder, std::string pubkey,
                                                   std::optional<std::string> wanted, Browser browser) {
  SIGMA_CO_TRY(auto identity, co_await choose_identity(holder, std::move(wanted)));
  const store::Profile* shown = identity ? holder.find(*identity) : nullptr;
  if (!shown && !holder.profiles.empty()) shown = &holder.profiles.front();  // the primary one
  if (shown) {
    profiles_.notice(shown->bap_id);
    SIGMA_CO_TRY(holder.user, co_await follow_profile(users_, {*holder.user, *shown}, clock_.now()));
  }
  co_return co_await open_session(std::move(*holder.user), std::move(pubkey), std::move(identity), std::move(browser));
}

core::Task<Result<SignedIn>> SessionService::open_session(store::User user, std::string pubkey,
                                                          std::optional<store::BapId> identity, Browser browser) {
  const core::UtcTime now = clock_.now();
  SignedIn signed_in;
  signed_in.session_token = make_session_secret(random_);
  signed_in.user = std::move(user);
  signed_in.pubkey = std::move(pubkey);
  store::Session& session = signed_in.session;
  session.id = store::SessionId{core::uuid_v7(clock_, random_)};
  session.token_hash = hash_secret(signed_in.session_token);
  session.user_id = signed_in.user.id;
  session.active_bap_id = std::move(identity);
  session.auth_time = session.created_at = session.updated_at = now;
  session.expires_at = now + settings_.session_lifetime;
  session.ip_address = std::move(browser.ip_address);
  session.user_agent = browser.user_agent.substr(0, kMaxUserAgent);
  if (browser.session_token) {
    const store::SecretHash old_hash = hash_secret(*browser.session_token);
    SIGMA_CO_TRY(const auto previous, co_await sessions_.find(old_hash, now));
    if (previous && previous->user.id == session.user_id) {
      store::Session renewed = session;
      renewed.id = previous->session.id;
      renewed.created_at = previous->session.created_at;
      SIGMA_CO_TRY(const bool replaced, co_await sessions_.replace_secret(renewed, old_hash));
      if (replaced) {
        session = std::move(renewed);
        co_return signed_in;
      }
    }
  }
  SIGMA_CO_CHECK(co_await sessions_.create(session));
  co_return signed_in;
}

core::Task<Result<SignedIn>> SessionService::sign_in(SignInRequest request) {
  XAuthTokenRule rule;
  rule.paths.emplace_back(kSignInPath);
  rule.bodies.push_back(std::move(request.body));
  rule.body_optional = true;  // the browser client signs no body, the CLI signs it (contract §6)
  SIGMA_CO_TRY(std::string pubkey,
               co_await verified_key(std::move(request.x_auth_tokens), "X-Auth-Token", std::move(rule)));
  SIGMA_CO_TRY(KeyHolder holder, co_await holders_.find(pubkey, request.bap_id));
  if (!holder.user) {
    SIGMA_CO_CHECK(co_await may_create(request.bap_id));
    // Whoever names what is not theirs gets no account for it.
    if (request.bap_id && holder.identity.bap_id.str() != *request.bap_id) co_return not_theirs();
    SIGMA_CO_CHECK(co_await create_user(holder, pubkey));
  }
  co_return co_await enter(std::move(holder), std::move(pubkey), std::move(request.bap_id), std::move(request.browser));
}

core::Task<Result<SignedIn>> SessionService::sign_up(SignUpRequest request) {
  XAuthTokenRule proof_rule;
  proof_rule.paths.emplace_back(kSignUpPath);
  proof_rule.bodies.push_back(std::move(request.body));
  SIGMA_CO_TRY(std::string pubkey, co_await verified_key(std::move(request.enrollment_proofs),
                                                         "X-Sigma-Enrollment-Proof", std::move(proof_rule)));
  XAuthTokenRule sign_in_rule;
  sign_in_rule.paths.emplace_back(kSignInPath);
  SIGMA_CO_TRY(const std::string signer,
               co_await verified_key(std::move(request.x_auth_tokens), "X-Auth-Token", std::move(sign_in_rule)));
  if (signer != pubkey) {
    co_return Error{ErrorCode::bap_ownership_failed,
                    "X-Auth-Token and X-Sigma-Enrollment-Proof are signed by different keys; sign both with the "
                    "identity's member key."};
  }
  SIGMA_CO_TRY(KeyHolder holder, co_await holders_.find(pubkey, request.bap_id));
  if (holder.identity.bap_id.str() != request.bap_id) {
    co_return Error{ErrorCode::bap_ownership_failed,
                    "The identity named in bapId does not derive from the key that signed. Sign up with that "
                    "identity's member key."};
  }
  if (!holder.user) SIGMA_CO_CHECK(co_await create_user(holder, pubkey));
  co_return co_await enter(std::move(holder), std::move(pubkey), std::move(request.bap_id), std::move(request.browser));
}

}  // namespace sigma::oauth
