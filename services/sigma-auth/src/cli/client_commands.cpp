
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

#include "cli/invocation.hpp"
#include "config_values.hpp"
#include "sigma/oauth/registration/client_registry.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kPage = 200;

Result<Json> read_object(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return core::Error{core::Code::invalid_input, fmt::format("--file: {} cannot be read.", file)};
  auto json = core::parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!json || !json->is_object())
    return core::Error{core::Code::invalid_input, fmt::format("--file: {} must hold one JSON object.", file)};
  return json;
}

// The members of a client that create and update take, as given.
struct ClientFlags {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::vector<std::string> post_logout_redirect_uris;
  std::string backchannel_logout_uri;
  std::vector<std::string> member_pubkeys;
  std::string auth_method;
  std::vector<std::string> grants;
  std::vector<std::string> scopes;
  std::string owner_bap_id;
  std::string application_type;
  std::string id_token_alg;
  std::optional<bool> skip_consent;
  std::optional<bool> disabled;
  std::string file;

  // Flags on top of the file.
  Result<Json> to_json() const {
    Json json = Json::object();
    if (!file.empty()) {
      SIGMA_TRY(json, read_object(file));
    }
    const auto put = [&](const char* member, const std::string& value) {
      if (!value.empty()) json[member] = value;
    };
    const auto put_all = [&](const char* member, const std::vector<std::string>& values) {
      if (!values.empty()) json[member] = values;
    };
    put("client_name", name);
    put_all("redirect_uris", redirect_uris);
    put_all("post_logout_redirect_uris", post_logout_redirect_uris);
    put("backchannel_logout_uri", backchannel_logout_uri);
    put_all("member_pubkeys", member_pubkeys);
    put("token_endpoint_auth_method", auth_method);
    put_all("grant_types", grants);
    put("scope", fmt::format("{}", fmt::join(scopes, " ")));
    put("owner_bap_id", owner_bap_id);
    put("application_type", application_type);
    put("id_token_signed_response_alg", id_token_alg);
    if (skip_consent) json["skip_consent"] = *skip_consent;
    if (disabled) json["disabled"] = *disabled;
    return json;
  }
};

// A repeatable option that takes one word each time, so that what follows is not swallowed.
void add_list(CLI::App& command, const std::string& flag, std::vector<std::string>& values, const std::string& help) {
  command
      .add_option_function<std::vector<std::string>>(
          flag, [&values](const std::vector<std::string>& given) { values = given; }, help)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_client_flags(CLI::App& command, ClientFlags& flags) {
  add_list(command, "--redirect-uri", flags.redirect_uris, "Where the application gets its answer; repeatable");
  add_list(command, "--post-logout-redirect-uri", flags.post_logout_redirect_uris,
           "Where people may return to after signing out; repeatable");
  command.add_option("--backchannel-logout-uri", flags.backchannel_logout_uri,
                     "Where the application's server hears that a session has ended");
  add_list(command, "--member-pubkey", flags.member_pubkeys, "Public key the client signs with, in hex; repeatable");
  command
      .add_option("--auth-method", flags.auth_method,
                  "How the client authenticates [x_auth_token with a key, else none]")
      ->check(CLI::IsMember({"x_auth_token", "client_secret_basic", "client_secret_post", "private_key_jwt", "none"}));
  add_list(command, "--grant", flags.grants, "Grant type; repeatable [authorization_code, refresh_token]");
  add_list(command, "--scope", flags.scopes, "Scopes the client may ask for; repeatable [all that the server knows]");
  command.add_option("--owner-bap-id", flags.owner_bap_id, "Identity that owns the client");
  command.add_option("--application-type", flags.application_type, "web or native [web]")
      ->check(CLI::IsMember({"web", "native"}));
  command.add_option("--id-token-alg", flags.id_token_alg, "Signature of ID tokens [the server's]");
  command.add_flag_function(
      "--skip-consent,!--ask-consent", [&flags](std::int64_t count) { flags.skip_consent = count > 0; },
      "Whether people are asked before the application gets what it wants");
}

// Arguments live as long as the command line; callbacks keep them by shared_ptr.
struct ClientArguments {
  ClientFlags flags;
  std::string id;
  std::string pubkey;
  std::string not_before;
  std::string not_after;
  std::string overlap = "24h";
  bool json = false;
};

using Registry = oauth::ClientRegistry;
using Work = std::function<Result<void>(Registry&, ClientArguments&)>;

// What a command changes is one event of the audit log, about the client that the arguments name in the end.
CLI::App* add_change(CLI::App& group, Invocation& run, const std::string& name, const std::string& help,
                     oauth::AuditType type, const std::shared_ptr<ClientArguments>& arguments, Work work) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback([&run, name, type, arguments, work = std::move(work)] {
    run.action = [&run, name, type, arguments, work] {
      const auto change = [&](const AuditedStore& with) -> Result<void> {
        Registry registry(with.store.clients, run.clock, run.random);
        SIGMA_CHECK(work(registry, *arguments));
        oauth::AuditEvent event = command_event(type);
        event.client_id = store::ClientId{arguments->id};
        with.audit.record(std::move(event));
        return {};
      };
      const bool may_be_first = type == oauth::AuditType::client_created;
      return with_audit(run, "client " + name, change, may_be_first ? EmbeddedFiles::made : EmbeddedFiles::required);
    };
  });
  return command;
}

Result<void> print_issued(const Result<oauth::IssuedClient>& issued) {
  if (!issued) return issued.error();
  print_json(oauth::render_issued(*issued));
  return {};
}

Result<void> print_client(const Result<store::Client>& client) {
  if (!client) return client.error();
  print_json(oauth::render_client(*client));
  return {};
}

Result<void> create(Registry& registry, ClientArguments& given) {
  SIGMA_TRY(Json metadata, given.flags.to_json());
  if (!given.id.empty()) metadata["client_id"] = given.id;
  const auto issued = run_to_end(registry.create(std::move(metadata)));
  if (issued) given.id = issued->client.id.str();
  return print_issued(issued);
}

Result<void> update(Registry& registry, ClientArguments& given) {
  SIGMA_TRY(Json patch, given.flags.to_json());
  if (patch.empty())
    return core::Error{core::Code::invalid_input, "Say what to change; sigma-auth client update --help lists it."};
  return print_issued(run_to_end(registry.update(store::ClientId{given.id}, std::move(patch))));
}

Result<void> add_key(Registry& registry, ClientArguments& given) {
  Json key = {{"pubkey", given.pubkey}};
  if (!given.not_before.empty()) key["not_before"] = given.not_before;
  if (!given.not_after.empty()) key["not_after"] = given.not_after;
  return print_client(run_to_end(registry.add_key(store::ClientId{given.id}, std::move(key))));
}

Result<void> rotate_secret(Registry& registry, ClientArguments& given) {
  const auto overlap = parse_duration(given.overlap);
  if (!overlap)
    return core::Error{core::Code::invalid_input,
                       fmt::format("--overlap {}; for example --overlap 24h", overlap.error().description())};
  return print_issued(run_to_end(registry.rotate_secret(store::ClientId{given.id}, *overlap)));
}

Result<void> list(store::Store& store, bool as_json) {
  Json all = Json::array();
  store::Page page{.limit = kPage, .after = {}};
  for (;;) {
    SIGMA_TRY(const auto clients, run_to_end(store.clients.list(page)));
    for (const store::Client& client : clients) {
      if (as_json) {
        all.push_back(oauth::render_client(client));
      } else {
        fmt::print("{:<34} {:<20} {:<9} {}\n", client.id.str(), client.auth_method,
                   client.disabled ? "disabled" : "enabled", client.name);
      }
    }
    if (clients.size() < page.limit) break;
    page.after = clients.back().id.str();
  }
  if (as_json) print_json(all);
  return {};
}

}  // namespace

void add_client_commands(CLI::App& app, Invocation& run) {
  CLI::App& group = *app.add_subcommand("client", "Applications that people sign in to");
  group.require_subcommand(1);
  const auto given = std::make_shared<ClientArguments>();

  CLI::App* command = add_change(group, run, "create", "Register a client and print it, with its secret if it has one",
                                 oauth::AuditType::client_created, given, create);
  command->add_option("--id", given->id, "client_id [made]");
  command->add_option("--name", given->flags.name, "Name that people see")->required();
  add_client_flags(*command, given->flags);

  command = group.add_subcommand("list", "All clients");
  command->add_flag("--json", given->json, "As a JSON array");
  command->callback([&run, given] {
    run.action = [&run, given] {
      return with_store(run, [&](store::Store& store) { return list(store, given->json); });
    };
  });

  command = group.add_subcommand("get", "Print a client as JSON");
  command->add_option("ID", given->id, "client_id")->required();
  command->add_flag("--json", given->json, "It is JSON anyway");
  command->callback([&run, given] {
    run.action = [&run, given] {
      return with_store(run, [&](store::Store& store) {
        Registry registry(store.clients, run.clock, run.random);
        return print_client(run_to_end(registry.load(store::ClientId{given->id})));
      });
    };
  });

  const auto with_id = [&](const std::string& name, const std::string& help, oauth::AuditType type, Work work) {
    CLI::App* added = add_change(group, run, name, help, type, given, std::move(work));
    added->add_option("ID", given->id, "client_id")->required();
    return added;
  };
  command = with_id("update", "Change a client and print it", oauth::AuditType::client_changed, update);
  command->add_option("--name", given->flags.name, "Name that people see");
  add_client_flags(*command, given->flags);
  command->add_flag_function(
      "--disable,!--enable", [given](std::int64_t count) { given->flags.disabled = count > 0; },
      "Whether the client may be used");

  with_id("delete", "Remove a client with its tokens and consents", oauth::AuditType::client_deleted,
          [](Registry& registry, ClientArguments& a) { return run_to_end(registry.remove(store::ClientId{a.id})); });

  command = with_id("add-key", "Add a member key", oauth::AuditType::client_key_added, add_key);
  command->add_option("PUBKEY", given->pubkey, "Compressed public key in hex")->required();
  command->add_option("--not-before", given->not_before, "First moment of validity, like 2026-01-31T12:00:00.000Z");
  command->add_option("--not-after", given->not_after, "Last moment of validity");

  command = with_id("remove-key", "Remove a member key", oauth::AuditType::client_key_removed,
                    [](Registry& registry, ClientArguments& a) {
                      return print_client(run_to_end(registry.remove_key(store::ClientId{a.id}, a.pubkey)));
                    });
  command->add_option("PUBKEY", given->pubkey, "Compressed public key in hex")->required();

  command = with_id("rotate-secret", "Make a new secret and print it", oauth::AuditType::client_secret_rotated,
                    rotate_secret);
  command->add_option("--overlap", given->overlap, "How long the old secret stays valid")->capture_default_str();
}

}  // namespace sigma::service
