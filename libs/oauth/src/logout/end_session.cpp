#include "sigma/oauth/logout/end_session.hpp"

#include <algorithm>

#include "each_once.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"
#include "sigma/oauth/sessions/session_identifier.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kPurpose = "end-session";

Error out_of_date() {
  return {ErrorCode::invalid_signature,
          "This question is too old or was asked about another sign-in, so nothing was changed. Start again."};
}

/// Exact match (RP-Initiated Logout §2): no prefix, no added query.
bool is_registered(const store::Client& client, std::string_view uri) {
  const auto registered = client.metadata.find("post_logout_redirect_uris");
  return registered != client.metadata.end() &&
         std::any_of(registered->begin(), registered->end(), [&](const core::Json& entry) { return entry == uri; });
}

/// Where to go, when the asker is proven: nothing without post_logout_redirect_uri.
Result<std::optional<std::string>> return_address(const http::Form& parameters, const store::Client& client) {
  const auto uri = parameters.find_nonempty("post_logout_redirect_uri");
  if (!uri) return std::optional<std::string>{};
  if (!is_registered(client, *uri)) {
    return Error{ErrorCode::invalid_redirect,
                 "post_logout_redirect_uri is not registered for this application. It must be, letter for letter, one "
                 "of its post_logout_redirect_uris."};
  }
  std::string address(*uri);
  if (const auto state = parameters.find_nonempty("state")) {
    address += address.find('?') == std::string::npos ? '?' : '&';
    address += "state=" + core::form_encode(*state);
  }
  return std::optional{std::move(address)};
}

}  // namespace

core::Task<Result<std::optional<EndSession::Asker>>> EndSession::find_asker(const http::Form& parameters) const {
  const std::optional<Asker> nobody;
  const auto text = parameters.find_nonempty("id_token_hint");
  if (!text) co_return nobody;
  const auto keys = keys_.current();
  auto hint = verify_id_token_hint(*text, *keys, settings_.issuer, clock_.now());
  if (!hint) co_return nobody;  // anybody can write such a thing: as good as none
  const auto client_id = parameters.find_nonempty("client_id");
  if (client_id && *client_id != hint->client_id.str()) {
    co_return Error{ErrorCode::invalid_request,
                    "client_id names another application than the one id_token_hint was made for. Leave it out, or "
                    "send that application's own ID token."};
  }
  SIGMA_CO_TRY(auto client, co_await clients_.find_kept(hint->client_id));
  if (!client || client->disabled) co_return nobody;
  co_return Asker{std::move(*hint), std::move(*client)};
}

bool EndSession::speaks_of(const Asker& asker, const store::SessionWithUser& session) const {
  if (asker.hint.sub != subjects_.for_client(asker.client, session.user.id)) return false;
  return !asker.hint.sid || *asker.hint.sid == session_identifier(asker.client.id, session.session.id);
}

std::string EndSession::make_confirmation(const store::SessionId& session,
                                          const std::optional<std::string>& return_to) const {
  http::Form form;
  form.add("session", session.str());
  form.add("exp", std::to_string((clock_.now() + settings_.interaction_lifetime).seconds()));
  if (return_to) form.add("return_to", *return_to);
  const std::string text = form.encode();
  return core::base64url_encode(text) + '.' + core::base64url_encode(sealer_.mac(kPurpose, text));
}

core::Task<Result<EndSessionOutcome>> EndSession::request(http::Form parameters, MaybeSession session) {
  SIGMA_CO_CHECK(each_once(parameters));
  SIGMA_CO_TRY(const auto asker, co_await find_asker(parameters));
  std::optional<std::string> return_to;
  if (asker) {
    SIGMA_CO_TRY(return_to, return_address(parameters, asker->client));
  }
  if (!session) co_return SignedOut{std::nullopt, std::move(return_to)};
  if (asker && speaks_of(*asker, *session)) {
    SIGMA_CO_CHECK(co_await sessions_.sign_out(session->session.id));
    co_return SignedOut{session->session.id, std::move(return_to)};
  }
  AskToSignOut question;
  question.confirmation = make_confirmation(session->session.id, return_to);
  question.user_name = session->user.name;
  if (asker) question.client_name = asker->client.name;
  question.return_to = std::move(return_to);
  co_return question;
}

core::Task<Result<SignedOut>> EndSession::confirm(std::string confirmation, MaybeSession session) {
  const auto dot = confirmation.find('.');
  if (dot == std::string::npos) co_return out_of_date();
  const auto text = core::base64url_decode(std::string_view(confirmation).substr(0, dot));
  const auto mac = core::base64url_decode(std::string_view(confirmation).substr(dot + 1));
  if (!text || !mac || !sealer_.verify_mac(kPurpose, *text, *mac)) co_return out_of_date();
  const auto form = http::Form::parse(*text);
  if (!form) co_return out_of_date();
  const auto expires = core::parse_number<std::int64_t>(form->find("exp").value_or(""));
  if (!expires || *expires <= clock_.now().seconds()) co_return out_of_date();

  SignedOut outcome;
  if (const auto return_to = form->find("return_to")) outcome.return_to = std::string(*return_to);
  if (session) {
    if (session->session.id.str() != form->find("session")) co_return out_of_date();
    SIGMA_CO_CHECK(co_await sessions_.sign_out(session->session.id));
    outcome.ended = session->session.id;
  }
  co_return outcome;
}

}  // namespace sigma::oauth
