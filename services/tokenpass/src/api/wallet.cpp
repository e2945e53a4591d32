// Making, opening, closing and taking out the wallet.
#include "api/handlers.hpp"
#include "api/owner.hpp"
#include "api/page_session.hpp"
#include "api/render.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/keyring/older_wallets.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;

Outcome<keyring::KeyRules> rules_of(const Json& body) {
  SIGMA_TRY(const auto text, text_member(body, "rules"));
  if (!text || *text == "type42") return keyring::KeyRules::type42;
  if (*text == "gen2") return keyring::KeyRules::gen2;
  if (*text == "gen1") return keyring::KeyRules::gen1;
  return Problem(400, "rules must be type42 (since 2026), gen2 (2025) or gen1 (2023).");
}

struct ImportRequest {
  std::string password;       ///< of the new vault
  std::string file_password;  ///< of the file; the same unless given
  std::string words, passphrase, content;
  keyring::KeyRules rules = keyring::KeyRules::type42;
};

Outcome<ImportRequest> parse_import(const Json& body) {
  ImportRequest request;
  SIGMA_TRY(request.password, required_member(body, "password"));
  SIGMA_TRY(const auto file_password, text_member(body, "filePassword"));
  SIGMA_TRY(const auto words, text_member(body, "mnemonic"));
  SIGMA_TRY(const auto passphrase, text_member(body, "passphrase"));
  SIGMA_TRY(const auto content, text_member(body, "content"));
  SIGMA_TRY(request.rules, rules_of(body));
  request.file_password = file_password.value_or(request.password);
  request.words = words.value_or("");
  request.passphrase = passphrase.value_or("");
  request.content = content.value_or("");
  if (request.words.empty() == request.content.empty()) {
    return Problem(400, "Send either mnemonic (the words) or content (a backup file).");
  }
  return request;
}

Outcome<keyring::Keyring> read_wallet(const ImportRequest& request) {
  if (!request.words.empty()) {
    SIGMA_TRY(keyring::Keyring made, keyring::Keyring::from_words(request.words, request.passphrase, request.rules));
    return made;
  }
  SIGMA_TRY(keyring::Keyring opened, keyring::open_wallet_file(request.content, request.file_password));
  return opened;
}

}  // namespace

Task<Answer> register_wallet(App& app, Call call) {
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  SIGMA_CO_TRY(const Owner owner, parse_owner(call.body));
  auto made = co_await app.costly([&app, password, owner, caller = call.caller]() -> Outcome<Json> {
    SIGMA_CHECK(app.wallet.create(password, owner));
    return start_page_session(app, caller);
  });
  if (!made) co_return made.error();
  co_return json_answer(*made);
}

Task<Answer> login(App& app, Call call) {
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  auto unlocked = co_await app.costly([&app, password, caller = call.caller]() -> Outcome<Json> {
    SIGMA_CHECK(app.wallet.unlock(password, caller.browser));
    return start_page_session(app, caller);
  });
  if (!unlocked) co_return unlocked.error();
  co_return json_answer(*unlocked);
}

Task<Answer> logout(App& app, Call) {
  auto locked = co_await app.costly([&app]() -> Outcome<void> {
    app.wallet.lock();
    return {};
  });
  if (!locked) co_return locked.error();
  co_return success();
}

Task<Answer> export_secrets(App& app, Call call) {
  // Never for any page but our own, whatever the whitelist says.
  if (call.caller.kind == CallerKind::whitelisted) co_return Problem::foreign_origin();
  SIGMA_CO_TRY(const std::string password, required_member(call.body, "password"));
  auto secrets = co_await app.costly(
      [&app, password, browser = call.caller.browser] { return app.wallet.secrets(password, browser); });
  if (!secrets) co_return secrets.error();
  Json body = {{"success", true}};
  const std::pair<const char*, const std::string&> members[] = {{"seed", secrets->seed_hex},
                                                                {"mnemonic", secrets->mnemonic},
                                                                {"passphrase", secrets->passphrase},
                                                                {"rootPk", secrets->root_wif},
                                                                {"xprv", secrets->xprv}};
  for (const auto& [name, value] : members) {
    if (!value.empty()) body[name] = value;
  }
  co_return json_answer(body);
}

Task<Answer> import_wallet(App& app, Call call) {
  SIGMA_CO_TRY(const ImportRequest request, parse_import(call.body));
  auto imported = co_await app.costly([&app, request, caller = call.caller]() -> Outcome<Json> {
    SIGMA_CHECK(check_new_password(request.password));
    SIGMA_TRY(keyring::Keyring wallet, read_wallet(request));
    SIGMA_CHECK(
        app.wallet.adopt(std::move(wallet), request.password, app.wallet.free_name(WalletFolder::kDefaultWallet), {}));
    Json body = start_page_session(app, caller);
    body.update(wallet_summary(app));
    return body;
  });
  if (!imported) co_return imported.error();
  co_return json_answer(*imported);
}

Task<Answer> change_password(App& app, Call call) {
  SIGMA_CO_TRY(const std::string current, required_member(call.body, "password"));
  SIGMA_CO_TRY(const std::string next, required_member(call.body, "newPassword"));
  auto changed = co_await app.costly([&app, current, next, caller = call.caller]() -> Outcome<Json> {
    SIGMA_CHECK(app.wallet.change_password(current, next, caller.browser));
    app.page_sessions.end_all();
    return start_page_session(app, caller);
  });
  if (!changed) co_return changed.error();
  co_return json_answer(*changed);
}

Task<Answer> session_key(App& app, Call) {
  co_return json_answer({{"publicKey", app.session_key.public_key().hex()}});
}

}  // namespace sigma::tokenpass
