#pragma once
#include <optional>
#include <string>
#include <variant>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/authorize/authorization_request.hpp"
#include "sigma/oauth/authorize/handover.hpp"
#include "sigma/oauth/authorize/pushed_requests.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

using MaybeSession = std::optional<store::SessionWithUser>;

/// Where the browser goes next.
struct GoToClient {
  std::string redirect_uri;
  http::Form answer;  ///< code or error, state and iss
  ResponseMode mode = ResponseMode::query;

  /// The redirect URI with the answer in its query or fragment; for form_post the caller makes a form instead.
  std::string url() const;
};
struct GoToPage {
  std::string path;         ///< "/login", "/select-identity" or "/consent"
  std::string oauth_query;  ///< signed
};
struct ShowError {
  Error error;  ///< on a page of ours: the redirect URI is not proven
};
using AuthorizationOutcome = std::variant<GoToClient, GoToPage, ShowError>;

/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2, contract §2).
class Authorizer {
 public:
  Authorizer(store::Store& store, ClientDirectory& clients, PushedRequests& pushed, const Handover& handover,
             const KeyManager& keys, const SubjectIdentifiers& subjects, const core::Clock& clock, core::Random& random,
             const Settings& settings)
      : store_(store),
        clients_(clients),
        pushed_(pushed),
        handover_(handover),
        keys_(keys),
        subjects_(subjects),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// A request as the application sent it. An error here is an outage.
  core::Task<Result<AuthorizationOutcome>> authorize(http::Form parameters, MaybeSession session);

  /// A page hands its query back after sign-in (`identity_selected` false) or after the selection page (true).
  core::Task<Result<AuthorizationOutcome>> proceed(std::string oauth_query, bool identity_selected,
                                                   MaybeSession session);

  struct ConsentAnswer {
    bool accept = false;
    std::optional<std::string> scope;  ///< a part of what was asked; absent: all of it
  };
  /// The person's answer on the consent page. Errors: invalid_signature, unauthorized, invalid_scope.
  core::Task<Result<AuthorizationOutcome>> answer_consent(std::string oauth_query, ConsentAnswer answer,
                                                          MaybeSession session);

 private:
  /// Why the application may have what it asks for.
  enum class Consent {
    missing,     ///< it may not yet
    remembered,  ///< the person has agreed, and can withdraw it
    not_needed,  ///< the operator vouches for the application
  };

  core::Task<Result<AuthorizationOutcome>> decide(http::Form parameters, Progress progress, MaybeSession session,
                                                  std::optional<ConsentAnswer> answer);
  /// Replaces the parameters of a request that was pushed by what was pushed.
  core::Task<Result<void>> open_pushed(AuthorizationRequest& request);
  Result<void> read_hint(AuthorizationRequest& request) const;
  bool is_somebody_else(const AuthorizationRequest& request, const store::SessionWithUser& session) const;
  core::Task<Result<AuthorizationOutcome>> decide_interaction(AuthorizationRequest request, MaybeSession session,
                                                              std::optional<ConsentAnswer> answer);
  /// prompt=none, with somebody signed in.
  core::Task<Result<AuthorizationOutcome>> decide_silently(AuthorizationRequest request,
                                                           store::SessionWithUser session);
  /// An answer on the consent page; what was asked for and declined is not remembered any more.
  core::Task<Result<void>> remember(store::Consent consent, Scopes declined);
  core::Task<Result<std::optional<store::BapId>>> identity_for(const AuthorizationRequest& request,
                                                               const store::SessionWithUser& session);
  core::Task<Result<Consent>> consent_of(const AuthorizationRequest& request, const store::UserId& user,
                                         std::optional<store::BapId> bap_id);
  /// With Consent::remembered it is read once more where the code is stored, and may be gone by then.
  core::Task<Result<AuthorizationOutcome>> issue_code(AuthorizationRequest request, store::SessionWithUser session,
                                                      std::optional<store::BapId> bap_id, Consent consent);
  AuthorizationOutcome consent_missing(const AuthorizationRequest& request) const;
  AuthorizationOutcome to_page(const AuthorizationRequest& request, std::string path) const;
  AuthorizationOutcome to_client(const AuthorizationRequest& request, http::Form answer) const;
  AuthorizationOutcome refuse(const AuthorizationRequest& request, const Error& error) const;

  store::Store& store_;
  ClientDirectory& clients_;
  PushedRequests& pushed_;
  const Handover& handover_;
  const KeyManager& keys_;
  const SubjectIdentifiers& subjects_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
