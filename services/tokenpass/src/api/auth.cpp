// POST /api/auth: who may have a token for a host, and for how long (docs/reference/tokenpass.md, "Access tokens").
#include "api/handlers.hpp"
#include "api/page_session.hpp"
#include "api/parse_scopes.hpp"
#include "api/render.hpp"
#include "sigma/core/encoding.hpp"
#include "sites/expiry.hpp"
#include "sites/notify.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

/// Clients give up after 5 seconds.
constexpr std::chrono::milliseconds kHold{4000};

struct Wish {
  std::optional<std::string> password;
  std::string host;      ///< as it was written
  std::string key_host;  ///< whose key it gets: lower case, without the default port
  std::optional<Expiry> expiry;
  Scopes scopes;
  std::string icon;
  std::string bap_id;
};

Outcome<Wish> parse_wish(const Json& body) {
  constexpr std::size_t kMaxIcon = 2048;
  Wish wish;
  SIGMA_TRY(wish.password, text_member(body, "password"));
  if (wish.password && wish.password->empty()) return Problem(400, "password is empty.");
  SIGMA_TRY(const std::string host, required_member(body, "host"));
  if (!is_host(host)) return Problem(400, "host must be a host name, with a port where it is not the default one.");
  wish.host = host;
  wish.key_host = keyring::canonical_host(host);
  for (const char* name : {"expiry", "expire"}) {
    SIGMA_TRY(const auto text, text_member(body, name));
    if (!text || wish.expiry) continue;
    wish.expiry = parse_expiry(*text);
    if (!wish.expiry) return Problem(400, fmt::format("{} must be one of once, 1h, 1d, 1w, 1m, forever.", name));
  }
  SIGMA_TRY(wish.scopes, parse_scopes(body));
  SIGMA_TRY(const auto icon, text_member(body, "icon"));
  if (icon && icon->size() <= kMaxIcon) wish.icon = *icon;
  SIGMA_TRY(const auto bap_id, text_member(body, "identityKey"));
  wish.bap_id = bap_id.value_or("");
  return wish;
}

/// What a grant rests on, and how far it goes.
struct Leave {
  std::int64_t until_ms = 0;  ///< the token ends no later than this (0: no bound)
  bool automatic = false;     ///< no person was asked
};

Task<Answer> grant(App& app, Wish wish, Leave leave = {}) {
  const Expiry fallback = app.config.default_hour ? Expiry::hour : Expiry::once;
  Token token;
  auto identity = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<std::string> {
    // As it was written when an older version derived a key for exactly this text.
    token.host = keyring.kept_host_paths().contains(wish.host) ? wish.host : wish.key_host;
    if (wish.bap_id.empty()) return keyring.identities().front().id_key;
    if (keyring.find_identity(wish.bap_id) == nullptr) return Problem(400, "This wallet has no such identity.");
    return wish.bap_id;
  });
  if (!identity) co_return identity.error();
  token.scopes = wish.scopes;
  token.expires_ms = expires_at(wish.expiry.value_or(fallback), app.clock.now());
  if (leave.until_ms != 0 && (token.expires_ms == 0 || token.expires_ms > leave.until_ms)) {
    token.expires_ms = leave.until_ms;
  }
  token.automatic = leave.automatic;
  token.bap_id = *identity;
  token.icon = wish.icon;
  const std::int64_t expires = token.expires_ms;
  std::string text = app.sites.issue(std::move(token));
  app.sites.note(wish.key_host, leave.automatic ? "got access without a question" : "got access");
  co_await app.save_sites();
  co_return json_answer({{"success", true},
                         {"accessToken", std::move(text)},
                         {"expireTime", expires},
                         {"host", wish.host},
                         {"bapId", *identity}});
}

std::string consent_url(const Config& config, const Origin& origin, const Wish& wish) {
  std::string scopes;
  for (const std::string& scope : wish.scopes) scopes += (scopes.empty() ? "" : ",") + scope;
  return fmt::format("{}/auth?host={}&scopes={}&returnURL={}", config.base_url(), core::percent_encode(wish.host),
                     core::percent_encode(scopes), core::percent_encode(origin.text));
}

/// A page without the password: for its own host only, with a person's yes.
Task<Answer> ask_for_page(App& app, Caller caller, Wish wish) {
  const Problem wrong_host(403, "A page may only ask for its own host.", ProblemCode::not_authorised);
  if (!caller.origin || keyring::canonical_host(wish.host) != keyring::canonical_host(caller.origin->host)) {
    co_return wrong_host;
  }
  // A default port is one of a scheme: http://app.example:443 is not https://app.example.
  wish.key_host = caller.origin->host;
  if (caller.kind == CallerKind::whitelisted) co_return co_await grant(app, std::move(wish));
  const std::string origin = caller.origin->text, host = caller.origin->host;
  // As whom is the person's choice, too: what the page named is shown with the question, and never decides. Nor does it
  // tell the page which identities there are.
  const std::string wanted = std::exchange(wish.bap_id, "");
  if (const auto known = app.sites.find_approval(origin, host, wish.scopes)) {
    wish.bap_id = known->bap_id;
    co_return co_await grant(app, std::move(wish), {.until_ms = known->until_ms});
  }
  const auto automatic = app.sites.auto_approval();
  if (const auto until = automatic ? automatic->allows(*caller.origin, wish.scopes, app.clock.now()) : std::nullopt) {
    co_return co_await grant(app, std::move(wish), {.until_ms = *until, .automatic = true});
  }
  Problem undecided =
      Problem(403, "This site is not allowed yet. Open the TokenPass page and decide.", ProblemCode::not_authorised)
          .with_url(consent_url(app.config, *caller.origin, wish));
  const auto prompt = app.prompts.ask({.id = {},
                                       .origin = origin,
                                       .host = host,
                                       .scopes = wish.scopes,
                                       .icon = wish.icon,
                                       .bap_id = wanted,
                                       .asked = {},
                                       .joined = false});
  if (!prompt) co_return undecided;
  if (!prompt->joined) notify_person(app.config, host);
  if (!co_await app.prompts.wait(prompt->id, kHold)) co_return undecided;
  if (app.wallet.state() != Wallet::State::unlocked) co_return Problem::locked();
  const auto allowed = app.sites.find_approval(origin, host, wish.scopes);
  if (!allowed) co_return Problem(403, "The person said no.", ProblemCode::not_authorised);
  wish.bap_id = allowed->bap_id;
  co_return co_await grant(app, std::move(wish), {.until_ms = allowed->until_ms});
}

/// A program without the password.
Task<Answer> grant_program(App& app, Wish wish) {
  if (app.config.allow_cli) co_return co_await grant(app, std::move(wish));
  const auto known = app.sites.find_approval("", wish.key_host, wish.scopes);
  if (!known) co_return Problem(400, "password is required.");
  wish.bap_id = known->bap_id;
  co_return co_await grant(app, std::move(wish), {.until_ms = known->until_ms});
}

Task<Answer> with_password(App& app, Caller caller, Wish wish) {
  if (!caller.first_party()) co_return Problem::foreign_origin();
  auto right = co_await app.costly([&app, password = *wish.password, browser = caller.browser]() -> Outcome<void> {
    if (app.wallet.state() == Wallet::State::unlocked) return app.wallet.check_password(password, browser);
    return app.wallet.unlock(password, browser);
  });
  if (!right) co_return right.error();
  co_return co_await grant(app, std::move(wish));
}

}  // namespace

Task<Answer> auth(App& app, Call call) {
  const bool locked = app.wallet.state() != Wallet::State::unlocked;
  const bool has_password = core::json_string(call.body, "password").has_value();
  if (locked && !has_password) {
    co_return Problem(401, "Wallet is locked. Password required to unlock.", ProblemCode::wallet_locked);
  }
  SIGMA_CO_TRY(Wish wish, parse_wish(call.body));
  if (wish.password) co_return co_await with_password(app, call.caller, std::move(wish));
  switch (call.caller.kind) {
    case CallerKind::own_page:
      // The person pressed Allow on our consent page.
      SIGMA_CO_CHECK(require_page_session(app, call));
      wish.key_host = core::to_lower_ascii(wish.host);  // as the page read it in the address of the site
      co_return co_await grant(app, std::move(wish));
    case CallerKind::program:
      co_return co_await grant_program(app, std::move(wish));
    case CallerKind::whitelisted:
    case CallerKind::foreign:
      break;
  }
  co_return co_await ask_for_page(app, call.caller, std::move(wish));
}

}  // namespace sigma::tokenpass
