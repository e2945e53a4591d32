// What the person decides about sites, and sees of them.
#include "api/handlers.hpp"
#include "api/page_session.hpp"
#include "api/parse_scopes.hpp"
#include "api/render.hpp"
#include "sites/expiry.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

Json prompt_row(const Prompt& prompt) {
  return {{"id", prompt.id},     {"origin", prompt.origin}, {"host", prompt.host},     {"scopes", prompt.scopes},
          {"icon", prompt.icon}, {"bapId", prompt.bap_id},  {"asked", prompt.asked.ms}};
}

/// "Just this once" still has to last until the page, which gave up after 5 seconds, asks again.
constexpr std::int64_t kJustOnce = 60'000;

Outcome<std::int64_t> parse_until(const Json& body, core::UtcTime now) {
  SIGMA_TRY(const auto text, text_member(body, "duration"));
  const auto expiry = parse_expiry(text.value_or("once"));
  if (!expiry) return Problem(400, "duration must be one of once, 1h, 1d, 1w, 1m, forever.");
  return *expiry == Expiry::once ? now.ms + kJustOnce : expires_at(*expiry, now);
}

/// A person's yes needs the password: shown to one of our pages before, or in this very request.
Task<Outcome<void>> require_person(App& app, Call call) {
  SIGMA_CO_TRY(const auto password, text_member(call.body, "password"));
  if (!password) co_return require_page_session(app, call);
  if (password->empty()) co_return Problem(400, "password is empty.");
  co_return co_await app.costly(
      [&app, secret = *password, browser = call.caller.browser] { return app.wallet.check_password(secret, browser); });
}

std::string usual_origin(const std::string& host) {
  return (is_loopback_host(host) ? "http://" : "https://") + host;
}

}  // namespace

Task<Answer> approvals(App& app, Call) {
  Json waiting = Json::array();
  for (const Prompt& prompt : app.prompts.list()) waiting.push_back(prompt_row(prompt));
  co_return json_answer({{"success", true}, {"pending", std::move(waiting)}});
}

Task<Answer> decide_approval(App& app, Call call) {
  const std::string id = call.request.path_parameters.at("id");
  const bool allow = call.body.value("allow", Json()) == Json(true);
  if (!allow && call.body.value("allow", Json()) != Json(false)) co_return Problem(400, "allow must be true or false.");
  SIGMA_CO_TRY(const std::int64_t until, parse_until(call.body, app.clock.now()));
  SIGMA_CO_TRY(const auto bap_id, text_member(call.body, "bapId"));
  if (allow) {
    auto person = co_await require_person(app, call);
    if (!person) co_return person.error();
  }
  const auto asked = app.prompts.find(id);
  if (!asked) co_return Problem(404, "This question is not open any more.");
  if (allow) {
    app.sites.approve({.origin = asked->origin,
                       .host = asked->host,
                       .scopes = asked->scopes,
                       .until_ms = until,
                       .bap_id = bap_id.value_or(""),
                       .created = {}});
  }
  if (!allow) app.sites.always_ask(asked->host);
  app.sites.note(asked->host, allow ? "was allowed" : "was refused");
  co_await app.save_sites();
  app.prompts.decide(id);  // after the approval stands: who waits looks for it
  co_return success();
}

// With "origin" (our consent page): for that site. Without ("tokenpass approve HOST"): for the site at its usual origin
// and for programs that name the host.
Task<Answer> grant_approval(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, required_member(call.body, "host"));
  if (!is_host(name)) co_return Problem(400, "host must be a host name.");
  std::string host = keyring::canonical_host(name);
  SIGMA_CO_TRY(const std::int64_t until, parse_until(call.body, app.clock.now()));
  SIGMA_CO_TRY(const Scopes scopes, parse_scopes(call.body));
  SIGMA_CO_TRY(const auto bap_id, text_member(call.body, "bapId"));
  SIGMA_CO_TRY(const auto origin_text, text_member(call.body, "origin"));
  const auto origin = parse_origin(origin_text.value_or(usual_origin(host)));
  if (!origin || keyring::canonical_host(origin->host) != host) {
    co_return Problem(400, "origin must be the web origin of host.");
  }
  if (origin_text) host = origin->host;  // http://app.example:443 is not https://app.example
  auto person = co_await require_person(app, call);
  if (!person) co_return person.error();
  Approval approval{.origin = origin->text,
                    .host = host,
                    .scopes = scopes,
                    .until_ms = until,
                    .bap_id = bap_id.value_or(""),
                    .created = {}};
  app.sites.approve(approval);
  if (!origin_text) {
    approval.origin.clear();
    app.sites.approve(approval);
  }
  app.sites.note(host, "was allowed");
  co_await app.save_sites();
  co_return success();
}

Task<Answer> sites(App& app, Call) {
  std::map<std::string, Json> rows;
  const auto row = [&](const std::string& host) -> Json& {
    Json& found = rows[host];
    if (found.is_null())
      found = {{"host", host}, {"scopes", Json::array()}, {"approvals", Json::array()}, {"tokens", 0}};
    return found;
  };
  const core::UtcTime now = app.clock.now();
  for (const Token& token : app.sites.tokens()) {
    if (token.expired(now)) continue;
    Json& site = row(token.host);
    if (site["tokens"] == 0) {  // the newest
      site["scopes"] = token.scopes;
      site["expireTime"] = token.expires_ms;
      site["bapId"] = token.bap_id;
      site["icon"] = token.icon;
      site["automatic"] = token.automatic;
    }
    site["tokens"] = site["tokens"].get<int>() + 1;
  }
  for (const Approval& approval : app.sites.approvals()) {
    if (approval.until_ms != 0 && approval.until_ms < now.ms) continue;
    row(approval.host)["approvals"].push_back({{"origin", approval.origin},
                                               {"scopes", approval.scopes},
                                               {"until", approval.until_ms},
                                               {"bapId", approval.bap_id}});
  }
  for (const SiteKey& key : app.sites.keys()) {
    if (rows.contains(key.host)) rows[key.host]["address"] = key.address;
  }
  Json list = Json::array();
  for (auto& [host, site] : rows) list.push_back(std::move(site));
  co_return json_answer({{"success", true}, {"sites", std::move(list)}});
}

Task<Answer> revoke_site(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, required_member(call.body, "host"));
  std::size_t ended = app.sites.revoke(name);
  if (keyring::canonical_host(name) != name) ended += app.sites.revoke(keyring::canonical_host(name));
  if (ended > 0) app.sites.note(keyring::canonical_host(name), "was disconnected");
  co_await app.save_sites();
  co_return json_answer({{"success", true}, {"ended", ended}});
}

Task<Answer> activity(App& app, Call) {
  Json rows = Json::array();
  for (const Activity& entry : app.sites.activity()) {
    rows.push_back({{"at", entry.at.ms}, {"host", entry.host}, {"what", entry.what}, {"times", entry.times}});
  }
  co_return json_answer({{"success", true}, {"activity", std::move(rows)}});
}

}  // namespace sigma::tokenpass
