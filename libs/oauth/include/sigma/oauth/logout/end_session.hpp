// An application sends a person to be signed out (OpenID Connect RP-Initiated Logout 1.0).
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "sigma/core/clock.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/authorize/authorizer.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/sessions/session_service.hpp"
#include "sigma/oauth/tokens/id_token_hint.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"

namespace sigma::oauth {

/// Nobody is signed in any more.
struct SignedOut {
  std::optional<store::SessionId> ended;  ///< by this request
  std::optional<std::string> return_to;   ///< a proven post_logout_redirect_uri with the state
};

/// Nothing proves that the person wants it: they are asked.
struct AskToSignOut {
  std::string confirmation;  ///< for confirm()
  std::string user_name;
  std::optional<std::string> client_name;  ///< who asked, when that is proven
  std::optional<std::string> return_to;    ///< where the person will be sent afterwards
};

using EndSessionOutcome = std::variant<SignedOut, AskToSignOut>;

/// Another site may open our address in the person's browser, so an address alone ends no session: an ID token made for
/// this very session does, or the person's own answer. An ID token is also the only proof of who asks, and without it
/// nobody is redirected.
class EndSession {
 public:
  EndSession(SessionService& sessions, ClientDirectory& clients, const SubjectIdentifiers& subjects,
             const KeyManager& keys, const crypto::Sealer& sealer, const core::Clock& clock, const Settings& settings)
      : sessions_(sessions),
        clients_(clients),
        subjects_(subjects),
        keys_(keys),
        sealer_(sealer),
        clock_(clock),
        settings_(settings) {}

  /// invalid_request and invalid_redirect are for a page, never for a redirect; the session is untouched by them.
  core::Task<Result<EndSessionOutcome>> request(http::Form parameters, MaybeSession session);

  /// The person's yes. invalid_signature when `confirmation` is not ours, too old, or made for another session: then
  /// nothing ends.
  core::Task<Result<SignedOut>> confirm(std::string confirmation, MaybeSession session);

 private:
  /// Who asks, by a genuine ID token of a client that may ask.
  struct Asker {
    IdTokenHint hint;
    store::Client client;
  };
  core::Task<Result<std::optional<Asker>>> find_asker(const http::Form& parameters) const;
  bool speaks_of(const Asker& asker, const store::SessionWithUser& session) const;
  std::string make_confirmation(const store::SessionId& session, const std::optional<std::string>& return_to) const;

  SessionService& sessions_;
  ClientDirectory& clients_;
  const SubjectIdentifiers& subjects_;
  const KeyManager& keys_;
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
