#include "admin/entitlement_json.hpp"
#include "cli/invocation.hpp"
#include "sigma/cache/memory.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

std::string in_words(const Json& number) {
  return number.is_string() ? number.get<std::string>() : core::dump_json(number);
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text.empty() ? "none" : text;
}

void print_explanation(const Json& explained) {
  fmt::print("user   {}\nroles  {}\ntier   {}\n", explained["user"].get<std::string>(), joined(explained["roles"]),
             explained["subscription_tier"].get<std::string>());
  if (explained["admin_by"].is_string())
    fmt::print("admin  by identity {}\n", explained["admin_by"].get<std::string>());
  if (explained["evaluated_at"].is_null()) {
    fmt::print("{}\n",
               explained["wallets"].empty() ? "No wallet is connected." : "Nothing is known of the wallets now.");
    return;
  }
  for (const Json& rule : explained["rules"]) {
    fmt::print("{:<10} {:<3} {} {}: found {}, needs {}\n", rule["rule"].get<std::string>(),
               rule["granted"].get<bool>() ? "yes" : "no", rule.value("role", "-"), rule.value("tier", "-"),
               in_words(rule["found"]), in_words(rule["needs"]));
    for (const Json& wallet : rule["wallets"]) {
      fmt::print("           {} {}{}\n", wallet["address"].get<std::string>(), in_words(wallet["found"]),
                 wallet.contains("error") ? " (" + wallet["error"].get<std::string>() + ")" : "");
    }
  }
  fmt::print("as of {}\n", explained["evaluated_at"].get<std::string>());
}

Result<void> explain(Invocation& run, const AuditedStore& with, const std::string& name, bool as_json) {
  cache::MemoryCache cache(run.clock);
  SIGMA_TRY(const auto wallets, make_wallets(with.config, with.database, with.store, with.sealer, cache, with.audit,
                                             run.clock, run.random));
  const auto explained = run_to_end(explain_entitlements(with.store, *wallets, name));
  wallets->stop();
  if (!explained) return explained.error();
  if (!*explained) {
    return core::Error{core::Code::not_found, "There is no user, and no identity, with the id " + name + "."};
  }
  if (as_json) {
    print_json(**explained);
  } else {
    print_explanation(**explained);
  }
  return {};
}

}  // namespace

void add_entitlement_commands(CLI::App& app, Invocation& run) {
  const auto name = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("entitlements", "A person's roles and tier, and why: rule by rule what was found");
  command->add_option("user", *name, "The id of the user, or of one of their identities")->required();
  command->add_flag("--json", *as_json, "As JSON");
  command->callback([&run, name, as_json] {
    run.action = [&run, name, as_json] {
      // Looking may find out that something has changed.
      return with_audit(run, "entitlements",
                        [&](const AuditedStore& with) { return explain(run, with, *name, *as_json); });
    };
  });
}

}  // namespace sigma::service
