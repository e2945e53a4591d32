// Sign-in with a Bitcoin key and the sessions that follow from it (contract §6).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/client_auth/x_auth_token.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/identities/profile_refresher.hpp"
#include "sigma/oauth/sessions/key_holders.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The browser that signs in.
struct Browser {
  std::string ip_address;
  std::string user_agent;
  std::optional<std::string> session_token;  ///< of the session it had before, from its cookie
};

/// Sign-in: one token of a member key over the path and, if the client signs it, the body.
struct SignInRequest {
  std::vector<std::string> x_auth_tokens;  ///< every X-Auth-Token header
  std::string body;                        ///< exact bytes
  std::optional<std::string> bap_id;       ///< the wanted identity, from the body: a wish, not a proof
  Browser browser;
};

/// Explicit enrolment: two tokens of one key, so that a sign-in token alone never makes an account (contract §6).
struct SignUpRequest {
  std::vector<std::string> x_auth_tokens;      ///< every X-Auth-Token header: signs the sign-in path, no body
  std::vector<std::string> enrollment_proofs;  ///< every X-Sigma-Enrollment-Proof header: sign-up path and body
  std::string body;                            ///< exact bytes
  std::string bap_id;                          ///< must derive from the key
  Browser browser;
};

/// Who has signed in, and the session it made.
struct SignedIn {
  std::string session_token;  ///< the secret, for the cookie; nowhere else
  store::Session session;
  store::User user;
  std::string pubkey;  ///< the member key that signed
};

/// Who is the person? Sign-in and sign-up with a key, and the sessions that they make. Thread-safe.
class SessionService {
 public:
  SessionService(store::UserStore& users, store::SessionStore& sessions, store::ChainKeyStore& chain_keys,
                 bap::Resolver& chain, ProfileRefresher& profiles, XAuthTokenVerifier& x_auth_token,
                 const core::Clock& clock, core::Random& random, const Settings& settings)
      : users_(users),
        holders_(users, chain_keys, chain, clock),
        profiles_(profiles),
        sessions_(sessions),
        x_auth_token_(x_auth_token),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// A first sign-in creates the user and the identity that the key speaks for. The token is always new: what the
  /// browser held before is good for nothing afterwards when it was the same person's (security case 46); that
  /// session goes on under the new token, with what it has granted.
  core::Task<Result<SignedIn>> sign_in(SignInRequest request);
  /// Creates the user as a first sign-in does, also where sign-in may not; a key that has enrolled before signs in.
  core::Task<Result<SignedIn>> sign_up(SignUpRequest request);

  /// The live session behind a token, its user not disabled. Whoever can tell the browser renews it (renew_session()).
  core::Task<Result<std::optional<store::SessionWithUser>>> find(std::string session_token);

  /// Ends the session and what it granted without offline_access; applications that asked for it are told.
  core::Task<Result<void>> sign_out(store::SessionId id);

  /// The live sessions of a user.
  core::Task<Result<std::vector<store::Session>>> list(store::UserId user);
  /// Ends one session of the user: named by its id, or by its secret token. No error when it is not theirs or gone.
  core::Task<Result<void>> revoke(store::UserId user, std::string id_or_token);
  /// Ends every session of the user but `keep`, all in the same moment.
  core::Task<Result<void>> revoke_all(store::UserId user, std::optional<store::SessionId> keep);

  /// Makes one of the user's identities the current one, or none, and renews the session. What is current now;
  /// not_a_member when it is not theirs.
  core::Task<Result<std::optional<store::Profile>>> set_active_identity(store::SessionWithUser session,
                                                                        std::optional<store::BapId> bap_id);

 private:
  core::Task<Result<std::string>> verified_key(std::vector<std::string> tokens, std::string_view header,
                                               XAuthTokenRule rule);
  core::Task<Result<void>> create_user(KeyHolder& holder, std::string pubkey);
  core::Task<Result<void>> may_create(std::optional<std::string> wanted);
  core::Task<Result<std::optional<store::BapId>>> choose_identity(KeyHolder& holder, std::optional<std::string> wanted);
  core::Task<Result<SignedIn>> enter(KeyHolder holder, std::string pubkey, std::optional<std::string> wanted,
                                     Browser browser);
  core::Task<Result<SignedIn>> open_session(store::User user, std::string pubkey, std::optional<store::BapId> identity,
                                            Browser browser);

  store::UserStore& users_;
  KeyHolders holders_;
  ProfileRefresher& profiles_;
  store::SessionStore& sessions_;
  XAuthTokenVerifier& x_auth_token_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
