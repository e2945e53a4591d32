
#include "admin/key_json.hpp"
#include "cli/invocation.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/keys/reseal.hpp"

namespace sigma::service {
namespace {

using core::Result;

Result<void> print_keys(store::Store& store, core::UtcTime now, bool as_json) {
  SIGMA_TRY(const auto keys, run_to_end(store.keys.list()));
  core::Json all = core::Json::array();
  for (const store::SigningKey& key : keys) all.push_back(render_key(key, now));
  if (as_json) {
    print_json(all);
    return {};
  }
  for (const core::Json& key : all) {
    fmt::print("{:<45} {:<7} {:<9} {}\n", key["kid"].get<std::string>(), key["alg"].get<std::string>(),
               key["status"].get<std::string>(), key["created_at"].get<std::string>());
  }
  return {};
}

Result<void> rotate(Invocation& run, const std::string& name, oauth::Takeover takeover) {
  return with_audit(run, "key rotate", [&](const AuditedStore& with) -> Result<void> {
    core::WorkPool pool("keys", 1, 1);
    const oauth::Settings settings = make_settings(with.config);
    oauth::KeyManager keys(with.store.keys, with.sealer, pool, run.clock, run.random, settings);
    SIGMA_CHECK(run_to_end(keys.rotate(*jose::parse_algorithm(name), takeover)));
    oauth::AuditEvent event = command_event(oauth::AuditType::key_rotated);
    event.detail = {{"alg", name}, {"at_once", takeover == oauth::Takeover::at_once}};
    with.audit.record(std::move(event));
    return print_keys(with.store, run.clock.now(), true);
  });
}

Result<void> reseal(Invocation& run) {
  return with_audit(run, "key reseal", [&](const AuditedStore& with) -> Result<void> {
    store::SealedValues values(with.database);
    SIGMA_TRY(const oauth::Resealed done, run_to_end(oauth::reseal(values, with.sealer, run.random)));
    if (done.changed > 0) {
      oauth::AuditEvent event = command_event(oauth::AuditType::secrets_resealed);
      event.detail = {{"changed", done.changed}};
      with.audit.record(std::move(event));
    }
    fmt::print("{} sealed again with the first secret, {} were already. The other secrets seal nothing any more.\n",
               done.changed, done.current);
    return {};
  });
}

}  // namespace

void add_key_commands(CLI::App& app, Invocation& run) {
  CLI::App& group = *app.add_subcommand("key", "Keys that sign tokens");
  group.require_subcommand(1);

  const auto as_json = std::make_shared<bool>(false);
  CLI::App* list = group.add_subcommand("list", "All signing keys");
  list->add_flag("--json", *as_json, "As a JSON array");
  list->callback([&run, as_json] {
    run.action = [&run, as_json] {
      return with_store(run, [&](store::Store& store) { return print_keys(store, run.clock.now(), *as_json); });
    };
  });

  group
      .add_subcommand("reseal",
                      "Seal with the first secret of SIGMA_SECRET what an older one has sealed, so that it can go")
      ->callback([&run] { run.action = [&run] { return reseal(run); }; });

  const auto algorithm = std::make_shared<std::string>("RS256");
  const auto at_once = std::make_shared<bool>(false);
  CLI::App* rotated =
      group.add_subcommand("rotate",
                           "Replace the signing key of an algorithm: the new one is published first and signs after "
                           "SIGMA_KEY_PUBLICATION_LEAD; the old one stays published while its tokens live");
  rotated->add_option("--alg", *algorithm, "RS256, ES256, EdDSA or ES256K")
      ->check(CLI::IsMember({"RS256", "ES256", "EdDSA", "ES256K"}))
      ->capture_default_str();
  rotated->add_flag(
      "--at-once", *at_once,
      "For a key that others may know: it and those before it are withdrawn now, and what they have signed "
      "does not verify any more");
  rotated->callback([&run, algorithm, at_once] {
    run.action = [&run, algorithm, at_once] {
      return rotate(run, *algorithm, *at_once ? oauth::Takeover::at_once : oauth::Takeover::announced);
    };
  });
}

}  // namespace sigma::service
