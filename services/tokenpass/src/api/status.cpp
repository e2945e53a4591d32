#include "api/handlers.hpp"
#include "api/render.hpp"
#include "security_picture.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

constexpr const char* kIconPath = "/api/auth/icon";

Json key_row(const SiteKey& key) {
  return {{"host", key.host}, {"address", key.address}, {"pub", key.public_key}};
}

/// One row a host, its newest token's; absent fields are left out.
Json state_row(const Token& token) {
  Json row = {{"host", token.host}, {"scopes", token.scopes}, {"expireTime", token.expires_ms}};
  if (!token.icon.empty()) row["icon"] = token.icon;
  return row;
}

Json state_rows(const std::vector<Token>& newest_first, const std::optional<std::string>& only_host) {
  Json rows = Json::array();
  std::set<std::string> seen;
  for (const Token& token : newest_first) {
    if (only_host && token.host != *only_host) continue;
    if (seen.insert(token.host).second) rows.push_back(state_row(token));
  }
  return rows;
}

}  // namespace

Task<Answer> status(App& app, Call call) {
  const Wallet::State wallet = app.wallet.state();
  const bool created = wallet != Wallet::State::none, unlocked = wallet == Wallet::State::unlocked;
  Json body = {{"success", true},    {"product", "tokenpass"}, {"version", SIGMA_VERSION}, {"seed", created},
               {"created", created}, {"unlocked", unlocked},   {"keys", Json::array()},    {"states", Json::array()}};
  if (!unlocked) co_return json_answer(body);

  // A page learns about its own host and nothing else, and who the person is only while its host holds a live token.
  const bool all = call.caller.first_party();
  std::optional<std::string> only_host;
  if (!all) only_host = call.caller.origin ? call.caller.origin->host : "";
  const std::vector<Token> tokens = app.sites.tokens();
  for (const SiteKey& key : app.sites.keys()) {
    if (!only_host || key.host == *only_host) body["keys"].push_back(key_row(key));
  }
  if (all) {
    Json global = {{"host", "global"}};
    if (const auto icon = core::json_string(app.record.profile(), "icon")) global["icon"] = *icon;
    body["states"].push_back(std::move(global));
    body["states"].push_back({{"host", "localhost"}, {"icon", kIconPath}});
  }
  for (Json& row : state_rows(tokens, only_host)) body["states"].push_back(std::move(row));

  const auto live = std::ranges::find_if(tokens, [&](const Token& token) {
    return (!only_host || token.host == *only_host) && !token.expired(app.clock.now());
  });
  if (!all && live == tokens.end()) co_return json_answer(body);
  const std::string host = all ? "localhost" : live->host;
  const Token token = all ? Token{} : *live;
  // Looking is not using: status must not keep an idle wallet open.
  auto person = app.wallet.look([&](const keyring::Keyring& keyring) -> Outcome<Json> {
    SIGMA_TRY(const auto key, keyring.host_key(host));
    return Json{{"bapId", identity_of(keyring, token).id_key}, {"address", key.public_key().address()}};
  });
  if (person) body.update(*person);
  co_return json_answer(body);
}

Task<Answer> health(App& app, Call) {
  co_return json_answer({{"success", true}, {"status", "ok"}, {"time", app.clock.now().ms}});
}

Task<Answer> icon(App& app, Call) {
  auto seed = app.wallet.look([](const keyring::Keyring& keyring) -> Outcome<std::string> {
    SIGMA_TRY(const auto key, keyring.host_key("localhost"));
    return key.public_key().hex();
  });
  http::Response response;
  response.headers.add("Content-Type", "image/svg+xml");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Cross-Origin-Resource-Policy", "same-origin");
  response.body = security_picture(seed ? *seed : "Anon");
  co_return response;
}

Task<Answer> settings(App& app, Call) {
  const std::string name = app.wallet.current_name();
  co_return json_answer({{"success", true},
                         {"currentBackupPath", name.empty() ? "" : app.wallet.folder().display(name)},
                         {"folder", app.config.folder.string()},
                         {"autoLockMs", app.config.auto_lock.count()},
                         {"allowCli", app.config.allow_cli},
                         {"whitelist", app.config.whitelist},
                         {"syncUrl", app.config.sync_url},
                         {"version", SIGMA_VERSION}});
}

// The settings are variables of the process; what a page could write here could weaken them.
Task<Answer> set_settings(App&, Call) {
  co_return success();
}

}  // namespace sigma::tokenpass
