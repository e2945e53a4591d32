// The encrypted backup in the cloud: {serverUrl}/api/backup/sync, authorised by the identity's member key.
#include "api/fetch.hpp"
#include "api/handlers.hpp"
#include "api/render.hpp"
#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using keyring::Keyring;

constexpr std::string_view kPath = "/api/backup/sync";

struct CloudBackup {
  bool exists = false;
  Json last_updated;
  std::string content;
};

Outcome<std::string> primary_id(App& app) {
  return app.wallet.read(
      [](const Keyring& keyring) -> Outcome<std::string> { return keyring.identities().front().id_key; });
}

/// "Bitcoin-Auth <token>" for the route; `body` is what the token covers.
Outcome<std::string> authorization(App& app, std::optional<std::string_view> body) {
  return app.wallet.read([&](const Keyring& keyring) -> Outcome<std::string> {
    SIGMA_TRY(const auto key, keyring.member_key(keyring.identities().front()));
    SIGMA_TRY(const std::string token,
              bitcoin::make_auth_token(key, bitcoin::AuthScheme::brc77, kPath, body, app.clock.now(), app.random));
    return "Bitcoin-Auth " + token;
  });
}

Outcome<void> check_switched_on(const App& app) {
  if (app.config.sync_url.empty()) return Problem(503, "Cloud backup is switched off here (TOKENPASS_SYNC_URL).");
  return {};
}

Task<Outcome<CloudBackup>> look(App& app) {
  SIGMA_CO_CHECK(check_switched_on(app));
  SIGMA_CO_TRY(const std::string bap_id, primary_id(app));
  SIGMA_CO_TRY(const std::string proof, authorization(app, std::nullopt));
  http::FetchRequest request;
  request.url = fmt::format("{}{}?bapId={}", app.config.sync_url, kPath, core::percent_encode(bap_id));
  request.headers.add("Authorization", proof);
  auto answer = co_await fetch_json(app, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status == 404) co_return CloudBackup{};
  const auto content = core::json_string(answer->body, "encryptedBackup");
  if (answer->status != 200 || !content) {
    co_return Problem(502, fmt::format("The cloud refused with status {}.", answer->status));
  }
  co_return CloudBackup{true, answer->body.value("lastUpdated", Json()), *content};
}

}  // namespace

Task<Answer> sync_status(App& app, Call) {
  SIGMA_CO_TRY(const std::string bap_id, primary_id(app));
  const auto cloud = co_await look(app);
  Json shown = {{"exists", cloud && cloud->exists}, {"lastUpdated", cloud ? cloud->last_updated : Json()}};
  shown["error"] = cloud ? Json() : Json(cloud.error().text());
  co_return json_answer({{"bapId", bap_id},
                         {"local", {{"exists", true}}},
                         {"cloud", std::move(shown)},
                         {"serverUrl", app.config.sync_url},
                         {"success", true}});
}

Task<Answer> sync_push(App& app, Call) {
  SIGMA_CO_CHECK(check_switched_on(app));
  SIGMA_CO_TRY(const std::string bap_id, primary_id(app));
  SIGMA_CO_TRY(const std::string content, app.wallet.backup(false, "TokenPass"));
  http::FetchRequest request;
  request.method = http::Method::post;
  request.url = app.config.sync_url + std::string(kPath);
  request.body = core::dump_json({{"bapId", bap_id}, {"encryptedBackup", content}});
  SIGMA_CO_TRY(const std::string proof, authorization(app, request.body));
  request.headers.add("Authorization", proof);
  const auto answer = co_await fetch_json(app, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) {
    co_return Problem(502, fmt::format("The cloud refused with status {}.", answer->status));
  }
  co_return json_answer({{"success", true}, {"bapId", bap_id}});
}

// Without "replace": only what is there. With it the cloud's wallet becomes the one in use, beside the old file.
Task<Answer> sync_pull(App& app, Call call) {
  const bool replace = call.body.value("replace", Json(false)) == Json(true);
  SIGMA_CO_TRY(const auto password, text_member(call.body, "password"));
  if (replace && (!password || password->empty())) co_return Problem(400, "password is required.");
  const auto cloud = co_await look(app);
  if (!cloud) co_return cloud.error();
  if (!cloud->exists) co_return Problem(404, "not_found: there is no backup of this identity in the cloud.");
  Json body = {{"success", true}, {"exists", true}, {"lastUpdated", cloud->last_updated}, {"replaced", replace}};
  if (!replace) co_return json_answer(body);
  auto adopted = co_await app.costly([&app, content = cloud->content, secret = *password]() -> Outcome<void> {
    SIGMA_TRY(Keyring keyring, app.wallet.open_copy(content, secret));
    return app.wallet.adopt(std::move(keyring), secret, app.wallet.free_name(WalletFolder::kDefaultWallet), {});
  });
  if (!adopted) co_return adopted.error();
  co_return json_answer(body);
}

}  // namespace sigma::tokenpass
