// The person's yes to every site for a while (docs/decisions/0013). Switching it on takes the password in the very
// request; switching it off takes nothing.
#include "api/handlers.hpp"
#include "api/parse_scopes.hpp"
#include "api/render.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

Json row(const App& app) {
  const auto approval = app.sites.auto_approval();
  Json body = {{"success", true}, {"on", approval.has_value()}, {"available", AutoApproval::kScopes}};
  if (approval) body.update(to_json(*approval));
  return body;
}

Outcome<Scopes> parse_auto_scopes(const Json& body) {
  if (!body.contains("scopes")) return Scopes{"sign", "encrypt", "decrypt"};  // what sites usually ask for
  SIGMA_TRY(Scopes scopes, parse_scopes(body));
  for (const std::string& scope : scopes) {
    if (std::ranges::find(AutoApproval::kScopes, scope) != AutoApproval::kScopes.end()) continue;
    return Problem(400, fmt::format("{} is never given without a question. Leave it out of scopes.", scope));
  }
  return scopes;
}

}  // namespace

Task<Answer> auto_approval(App& app, Call) {
  co_return json_answer(row(app));
}

Task<Answer> approve_automatically(App& app, Call call) {
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  SIGMA_CO_TRY(const std::string duration, required_member(call.body, "duration"));
  const auto expiry = parse_auto_approval_duration(duration);
  if (!expiry) co_return Problem(400, "duration must be one of 1h, 1d, 1w, 1m: it ends by itself.");
  SIGMA_CO_TRY(const Scopes scopes, parse_auto_scopes(call.body));
  // On the worker, where wallets change: it is the wallet of this password that is to ask no more.
  auto right = co_await app.costly([&]() -> Outcome<void> {
    SIGMA_CHECK(app.wallet.check_password(password, call.caller.browser));
    app.sites.approve_automatically(scopes, expires_at(*expiry, app.clock.now()));
    return {};
  });
  if (!right) co_return right.error();
  app.sites.note("", "switched auto-approval on");
  co_await app.save_sites();
  co_return json_answer(row(app));
}

Task<Answer> ask_again(App& app, Call) {
  const bool was_on = app.sites.auto_approval().has_value();
  const std::size_t ended = app.sites.ask_again();
  if (was_on) app.sites.note("", "switched auto-approval off");
  co_await app.save_sites();
  co_return json_answer({{"success", true}, {"ended", ended}});
}

}  // namespace sigma::tokenpass
