#include "admin/account_json.hpp"
#include "admin/account_view.hpp"
#include "cli/invocation.hpp"
#include "sigma/oauth/accounts/account_book.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kPage = 200;

// Arguments live as long as the command line; callbacks keep them by shared_ptr.
struct AccountArguments {
  std::string id;
  std::string search;
  std::string user;
  std::string client;
  bool json = false;
};

using Given = std::shared_ptr<AccountArguments>;
using Read = std::function<Result<void>(const OpenStore&, const AccountArguments&)>;
using Change = std::function<Result<void>(oauth::AccountBook&, const AccountArguments&)>;

core::Error unknown_user(const std::string& id) {
  return {core::Code::not_found, fmt::format("There is no user {}.", id)};
}

void print_user(const store::User& user) {
  fmt::print("{:<37} {:<9} {:<36} {}\n", user.id.str(), user.disabled ? "disabled" : "enabled", user.name,
             core::to_iso8601(user.created_at));
}

void print_session(const store::Session& session) {
  fmt::print("{:<37} {:<37} {:<25} {}\n", session.id.str(), session.user_id.str(), core::to_iso8601(session.auth_time),
             session.ip_address);
}

// Every page of a list, as a table or as one JSON array.
template <class Row, class Load, class Print, class Render>
Result<void> print_all(bool as_json, Load load, Print print, Render render) {
  Json all = Json::array();
  store::NewestFirst page{.limit = kPage, .after = {}};
  for (;;) {
    SIGMA_TRY(const std::vector<Row> rows, run_to_end(load(page)));
    for (const Row& row : rows) {
      if (as_json) {
        all.push_back(render(row));
      } else {
        print(row);
      }
    }
    if (rows.size() < page.limit) break;
    page.after = rows.back().id.str();
  }
  if (as_json) print_json(all);
  return {};
}

Result<void> list_users(const OpenStore& open, const AccountArguments& given) {
  const auto load = [&](store::NewestFirst page) {
    return open.store->accounts.list_users(std::move(page), given.search);
  };
  return print_all<store::User>(given.json, load, print_user, render_user);
}

Result<void> list_sessions(store::Store& store, core::UtcTime now, const AccountArguments& given) {
  if (given.user.empty()) {
    const auto load = [&](store::NewestFirst page) { return store.accounts.list_sessions(std::move(page), now); };
    return print_all<store::Session>(given.json, load, print_session, render_session);
  }
  SIGMA_TRY(const auto sessions, run_to_end(store.sessions.list(store::UserId{given.user}, now)));
  Json all = Json::array();
  for (const store::Session& session : sessions) {
    given.json ? all.push_back(render_session(session)) : print_session(session);
  }
  if (given.json) print_json(all);
  return {};
}

Result<void> print_account(const Result<std::optional<oauth::Account>>& account, const std::string& id) {
  if (!account) return account.error();
  if (!*account) return unknown_user(id);
  print_json(render_account(**account));
  return {};
}

Result<void> print_view(const OpenStore& open, const core::Clock& clock, const std::string& id) {
  store::WalletStore wallets(*open.database);
  store::EntitlementStore entitlements(*open.database);
  const auto view = run_to_end(view_account({*open.store, wallets, entitlements}, clock, store::UserId{id}));
  if (!view) return view.error();
  if (!*view) return unknown_user(id);
  print_json(**view);
  return {};
}

CLI::App* add_read(CLI::App& group, Invocation& run, const std::string& name, const std::string& help,
                   const Given& given, Read read) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback([&run, given, read = std::move(read)] {
    run.action = [&run, given, read] {
      return with_database(run, [&](const OpenStore& open) { return read(open, *given); });
    };
  });
  return command;
}

// What a command changes is one event of the audit log: `event` says of whom.
CLI::App* add_change(CLI::App& group, Invocation& run, const std::string& name, const std::string& help,
                     const Given& given, Change change, std::function<oauth::AuditEvent()> event) {
  CLI::App* command = group.add_subcommand(name, help);
  const std::string full_name = group.get_name() + " " + name;
  command->callback([&run, given, full_name, change = std::move(change), event = std::move(event)] {
    run.action = [&run, given, full_name, change, event] {
      return with_audit(run, full_name, [&](const AuditedStore& with) -> Result<void> {
        oauth::AccountBook accounts(with.store, run.clock);
        SIGMA_CHECK(change(accounts, *given));
        with.audit.record(event());
        return {};
      });
    };
  });
  return command;
}

void add_user_commands(CLI::App& app, Invocation& run) {
  CLI::App& group = *app.add_subcommand("user", "People's accounts");
  group.require_subcommand(1);
  const auto given = std::make_shared<AccountArguments>();
  const auto name_user = [&given](CLI::App& command) {
    command.add_option("ID", given->id, "User's id: the sub of tokens that are not pairwise")->required();
    command.add_flag("--json", given->json, "Accepted for scripts; the output is always JSON");
  };
  const auto event_of = [given](oauth::AuditType type) {
    return [given, type] {
      oauth::AuditEvent event = command_event(type);
      event.user_id = store::UserId{given->id};
      return event;
    };
  };

  CLI::App* list = add_read(group, run, "list", "All users, newest first", given, list_users);
  list->add_option("--search", given->search, "Text in a name or e-mail address, or an id, key or identity");
  list->add_flag("--json", given->json, "As a JSON array");
  name_user(*add_read(
      group, run, "get",
      "Print a user with identities, their backups, wallets, and the roles that follow from those as JSON", given,
      [&run](const OpenStore& open, const AccountArguments& a) { return print_view(open, run.clock, a.id); }));
  for (const bool off : {true, false}) {
    name_user(*add_change(
        group, run, off ? "disable" : "enable",
        off ? "Switch an account off: its sessions and tokens end, and nobody can sign in to it"
            : "Switch an account on again",
        given,
        [off](oauth::AccountBook& accounts, const AccountArguments& a) {
          return print_account(run_to_end(accounts.set_disabled(store::UserId{a.id}, off)), a.id);
        },
        event_of(off ? oauth::AuditType::user_disabled : oauth::AuditType::user_enabled)));
  }
  name_user(*add_change(
      group, run, "delete", "Remove an account with sessions, tokens, consents, identities and their backups", given,
      [](oauth::AccountBook& accounts, const AccountArguments& a) -> Result<void> {
        SIGMA_TRY(const bool removed, run_to_end(accounts.remove(store::UserId{a.id})));
        if (!removed) return unknown_user(a.id);
        if (a.json) print_json({{"deleted", a.id}});
        return {};
      },
      event_of(oauth::AuditType::user_deleted)));
  name_user(*add_change(
      group, run, "sign-out", "End all of a user's sessions; applications are told, the account stays as it is", given,
      [](oauth::AccountBook& accounts, const AccountArguments& a) -> Result<void> {
        SIGMA_TRY(const auto ended, run_to_end(accounts.end_sessions(store::UserId{a.id})));
        if (!ended) return unknown_user(a.id);
        print_json({{"ended", *ended}});
        return {};
      },
      event_of(oauth::AuditType::session_revoked)));
  CLI::App* withdraw = add_change(
      group, run, "withdraw-consent",
      "Take back what a user has allowed an application; its tokens end, and it may ask again", given,
      [](oauth::AccountBook& accounts, const AccountArguments& a) -> Result<void> {
        SIGMA_TRY(const std::size_t withdrawn,
                  run_to_end(accounts.withdraw_consents(store::UserId{a.id}, store::ClientId{a.client})));
        if (withdrawn == 0) {
          return core::Error{core::Code::not_found,
                             fmt::format("User {} has allowed {} nothing, or does not exist.", a.id, a.client)};
        }
        print_json({{"withdrawn", withdrawn}});
        return {};
      },
      [given] {
        oauth::AuditEvent event = command_event(oauth::AuditType::consent_withdrawn);
        event.user_id = store::UserId{given->id};
        event.client_id = store::ClientId{given->client};
        return event;
      });
  name_user(*withdraw);
  withdraw->add_option("CLIENT", given->client, "client_id of the application")->required();
}

void add_session_commands(CLI::App& app, Invocation& run) {
  CLI::App& group = *app.add_subcommand("session", "Where people are signed in");
  group.require_subcommand(1);
  const auto given = std::make_shared<AccountArguments>();

  CLI::App* list = add_read(group, run, "list", "Live sessions, newest first", given,
                            [&run](const OpenStore& open, const AccountArguments& a) {
                              return list_sessions(*open.store, run.clock.now(), a);
                            });
  list->add_option("--user", given->user, "Of this user only (id)");
  list->add_flag("--json", given->json, "As a JSON array");

  CLI::App* revoke = add_change(
      group, run, "revoke", "End a session; applications that asked for it are told", given,
      [](oauth::AccountBook& accounts, const AccountArguments& a) -> Result<void> {
        SIGMA_TRY(const bool ended, run_to_end(accounts.end_session(store::SessionId{a.id})));
        if (!ended)
          return core::Error{core::Code::not_found, fmt::format("There is no session {}; it may have ended.", a.id)};
        if (a.json) print_json({{"revoked", a.id}});
        return {};
      },
      [given] {
        oauth::AuditEvent event = command_event(oauth::AuditType::session_revoked);
        event.session_id = store::SessionId{given->id};
        return event;
      });
  revoke->add_option("ID", given->id, "Session's id, as session list shows it")->required();
  revoke->add_flag("--json", given->json, "As JSON");
}

}  // namespace

void add_account_commands(CLI::App& app, Invocation& run) {
  add_user_commands(app, run);
  add_session_commands(app, run);
}

}  // namespace sigma::service
