// The person's profile, and scratch data of hosts.
#include "api/handlers.hpp"
#include "api/owner.hpp"
#include "api/render.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

constexpr std::size_t kMaxProfile = 256 * 1024;

/// What requests must not write: whose row it is, and what a token of it may do.
constexpr std::string_view kProtected[] = {"host", "bapID", "accessToken", "scopes", "expireTime"};

bool clears(const Call& call) {
  return call.query("mode") == "clear";
}

Json without_protected(Json row) {
  for (const std::string_view name : kProtected) row.erase(std::string(name));
  return row;
}

}  // namespace

Task<Answer> profile(App& app, Call call) {
  const Json row = app.record.profile();
  if (call.caller.first_party()) co_return json_answer(row);
  Json shown = Json::object();
  for (const char* name : {"displayName", "logo", "icon", "paymail", "bapID"}) {
    if (row.contains(name)) shown[name] = row[name];
  }
  co_return json_answer(shown);
}

Task<Answer> set_profile(App& app, Call call) {
  SIGMA_CO_TRY(const Owner checked, parse_owner(call.body));
  SIGMA_CO_TRY(const auto icon, text_member(call.body, "icon"));
  // A token that is shown must be a good one, whoever shows it.
  if (!call.caller.first_party() || !token_text(call.request).empty()) {
    SIGMA_CO_TRY(const Token token, require_token(app, call, {"write_profile"}));
    app.sites.note(token.host, "changed the profile");
  }
  const bool clear = clears(call);
  const Json patch = without_protected(call.body);
  auto changed = co_await app.costly([&app, patch, clear]() -> Outcome<void> {
    const Json before = app.record.profile();
    Json row = clear ? Json::object() : before;
    row.update(patch);
    for (const char* name : {"displayName", "paymail", "logo", "icon"}) {
      if (core::json_string(row, name).value_or("").empty()) row.erase(name);
    }
    row["host"] = "global";
    if (before.contains("bapID")) row["bapID"] = before["bapID"];
    if (core::dump_json(row).size() > kMaxProfile) return Problem(400, "The profile has room for 256 KiB.");
    SIGMA_CHECK(app.record.set_profile(row));
    return app.wallet.change([&](keyring::Keyring& keyring) -> Outcome<void> {
      const std::string id = keyring.identities().front().id_key;
      for (const char* name : {"displayName", "paymail", "logo"}) {
        if (clear || patch.contains(name)) {
          keyring.set_attribute(id, name, core::json_string(row, name).value_or(""), app.random);
        }
      }
      return {};
    });
  });
  if (!changed) co_return changed.error();
  co_return success();
}

Task<Answer> state(App& app, Call call) {
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"read_state"}));
  Json row = app.sites.state(token.host);
  if (!row.empty()) row["host"] = token.host;
  co_return json_answer(row);
}

Task<Answer> set_state(App& app, Call call) {
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"write_state"}));
  Json row = clears(call) ? Json::object() : app.sites.state(token.host);
  row.update(without_protected(call.body));
  SIGMA_CO_CHECK(app.sites.set_state(token.host, std::move(row)));
  co_await app.save_sites();
  co_return success();
}

Task<Answer> erase_state(App& app, Call call) {
  SIGMA_CO_TRY(const Token token, require_token(app, call, {"write_state"}));
  app.sites.erase_state(token.host);
  co_await app.save_sites();
  co_return success();
}

Task<Answer> fund(App& app, Call call) {
  SIGMA_CO_CHECK(required_member(call.body, "rawtx"));
  SIGMA_CO_CHECK(require_token(app, call, {"fund"}));
  co_return Problem(501, "No wallet connected", ProblemCode::no_connector);
}

Task<Answer> transfer(App& app, Call call) {
  SIGMA_CO_CHECK(require_token(app, call, {"transfer"}));
  co_return Problem(501, "No wallet connected", ProblemCode::no_connector);
}

}  // namespace sigma::tokenpass
