// Wallet files of the folder, and wallets as files. Paths never lead out of the folder; nothing is ever deleted.
#include "api/handlers.hpp"
#include "api/owner.hpp"
#include "api/page_session.hpp"
#include "api/render.hpp"
#include "sigma/keyring/older_wallets.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using keyring::Keyring;

Json file_row(App& app, const std::string& name, const std::map<std::string, std::string>& labels) {
  const auto label = labels.find(name);
  Json row = {{"path", app.wallet.folder().display(name)},
              {"label", label != labels.end()                  ? label->second
                        : name == WalletFolder::kDefaultWallet ? "Default"
                                                               : std::filesystem::path(name).stem().string()},
              {"exists", app.wallet.folder().exists(name)},
              {"isCurrent", name == app.wallet.current_name()}};
  if (label == labels.end()) row["isDiscovered"] = true;
  return row;
}

std::string display_current(App& app) {
  const std::string name = app.wallet.current_name();
  return name.empty() ? "" : app.wallet.folder().display(name);
}

Outcome<std::string> path_member(App& app, const Json& body) {
  SIGMA_TRY(const std::string path, required_member(body, "path"));
  SIGMA_TRY(std::string name, app.wallet.folder().resolve(path));
  return name;
}

/// Of a wallet that has just been adopted; on the worker.
Json adopted(App& app, const Caller& caller) {
  Json body = wallet_summary(app);
  body.update(start_page_session(app, caller));
  return body;
}

}  // namespace

Task<Answer> backups(App& app, Call) {
  const auto labels = app.record.labels();
  const auto hidden = app.record.hidden();
  Json rows = Json::array();
  for (const std::string& name : app.wallet.folder().list()) {
    if (!hidden.contains(name)) rows.push_back(file_row(app, name, labels));
  }
  co_return json_answer({{"backups", std::move(rows)},
                         {"currentPath", display_current(app)},
                         {"isUnlocked", app.wallet.state() == Wallet::State::unlocked},
                         {"success", true}});
}

Task<Answer> add_backup(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, path_member(app, call.body));
  SIGMA_CO_TRY(const auto label, text_member(call.body, "label"));
  if (label && label->size() > 4 * kMaxName) co_return Problem(400, "label is too long.");
  auto added = co_await app.costly([&app, name, label]() -> Outcome<void> {
    SIGMA_CHECK(app.record.set_hidden(name, false));
    SIGMA_CHECK(app.record.set_label(name, label.value_or(std::filesystem::path(name).stem().string())));
    return {};
  });
  if (!added) co_return added.error();
  co_return json_answer({{"success", true}, {"backup", file_row(app, name, app.record.labels())}});
}

Task<Answer> forget_backup(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, path_member(app, call.body));
  if (name == app.wallet.current_name()) co_return Problem(500, "The wallet in use cannot be taken off the list.");
  auto hidden = co_await app.costly([&app, name]() -> Outcome<void> {
    SIGMA_CHECK(app.record.set_hidden(name, true));
    return {};
  });
  if (!hidden) co_return hidden.error();
  co_return success();
}

Task<Answer> switch_backup(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, path_member(app, call.body));
  auto switched = co_await app.costly([&app, name]() -> Outcome<void> { return app.wallet.switch_to(name); });
  if (!switched) co_return switched.error();
  co_return json_answer({{"success", true}, {"currentPath", display_current(app)}, {"exists", true}});
}

// As the dashboard of 2026 calls it: with words, the password is also their BIP-39 passphrase unless "passphrase" says
// otherwise, because that is how its wallets were made.
Task<Answer> create_backup(App& app, Call call) {
  SIGMA_CO_TRY(const std::string file, path_member(app, call.body));
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  SIGMA_CO_TRY(const auto words, text_member(call.body, "mnemonic"));
  SIGMA_CO_TRY(const auto passphrase, text_member(call.body, "passphrase"));
  SIGMA_CO_TRY(const auto label, text_member(call.body, "label"));
  const std::string name = WalletFolder::vault_name(file);
  auto made = co_await app.costly([&, name]() -> Outcome<Json> {
    SIGMA_TRY(Keyring keyring,
              words ? Keyring::from_words(*words, passphrase.value_or(password), keyring::KeyRules::type42)
                    : Keyring::create(app.random));
    SIGMA_CHECK(app.wallet.adopt(std::move(keyring), password, name, {}));
    if (label) SIGMA_CHECK(app.record.set_label(name, *label));
    return adopted(app, call.caller);
  });
  if (!made) co_return made.error();
  co_return json_answer(*made);
}

Task<Answer> import_backup(App& app, Call call) {
  SIGMA_CO_TRY(const std::string content, required_member(call.body, "content"));
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  auto imported = co_await app.costly([&app, content, password, caller = call.caller]() -> Outcome<Json> {
    SIGMA_TRY(Keyring keyring, keyring::open_wallet_file(content, password));
    SIGMA_CHECK(app.wallet.adopt(std::move(keyring), password, app.wallet.free_name(WalletFolder::kDefaultWallet), {}));
    return adopted(app, caller);
  });
  if (!imported) co_return imported.error();
  co_return json_answer(*imported);
}

Task<Answer> download_backup(App& app, Call call) {
  // As the words: never for any page but our own, and with the password each time.
  if (call.caller.kind == CallerKind::whitelisted) co_return Problem::foreign_origin();
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  const bool with_words = call.body.value("withWords", core::Json(false)) == core::Json(true);
  auto made =
      co_await app.costly([&app, password, with_words, browser = call.caller.browser]() -> Outcome<std::string> {
        SIGMA_CHECK(app.wallet.check_password(password, browser));
        return app.wallet.backup(with_words, "TokenPass");
      });
  if (!made) co_return made.error();
  co_return json_answer({{"success", true}, {"content", std::move(*made)}, {"fileName", "tokenpass-backup.bep"}});
}

}  // namespace sigma::tokenpass
