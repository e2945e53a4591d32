
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

Result<Json> read_key_set(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return core::Error{core::Code::invalid_input, fmt::format("--jwks-file: {} cannot be read.", file)};
  auto json = core::parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!json || !json->is_object())
    return core::Error{core::Code::invalid_input, fmt::format("--jwks-file: {} must hold a JSON Web Key Set.", file)};
  return json;
}

// The members of a client that create and update take, as given; null for an empty value, which takes the member away.
struct ClientFlags {
  Json members = Json::object();
  std::string jwks_file;

  Result<Json> to_json() const {
    Json json = members;
    if (!jwks_file.empty()) {
      SIGMA_TRY(json["jwks"], read_key_set(jwks_file));
    }
    return json;
  }
};

CLI::Option* add_text(CLI::App& command, const std::string& flag, const char* member, ClientFlags& flags,
                      const std::string& help) {
  return command.add_option_function<std::string>(
      flag,
      [&flags, member](const std::string& given) { flags.members[member] = given.empty() ? Json() : Json(given); },
      help);
}

using Texts = std::vector<std::string>;

// A repeatable option that takes one word each time, so that what follows is not swallowed.
void add_list(CLI::App& command, const std::string& flag, const std::function<void(const Texts&)>& take,
              const std::string& help) {
  command.add_option_function<Texts>(flag, take, help)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_texts(CLI::App& command, const std::string& flag, const char* member, ClientFlags& flags,
               const std::string& help) {
  const auto take = [&flags, member](const Texts& given) {
    flags.members[member] = given == Texts{""} ? Json() : Json(given);
  };
  add_list(command, flag, take, help);
}

void add_client_flags(CLI::App& command, ClientFlags& flags) {
  add_texts(command, "--redirect-uri", "redirect_uris", flags, "Where the application gets its answer; repeatable");
  add_texts(command, "--post-logout-redirect-uri", "post_logout_redirect_uris", flags,
            "Where people may return to after signing out; repeatable; '' for none");
  add_text(command, "--backchannel-logout-uri", "backchannel_logout_uri", flags,
           "Where the application's server hears that a session has ended; '' for nowhere");
  add_texts(command, "--member-pubkey", "member_pubkeys", flags,
            "Public key the client signs with, in hex; repeatable");
  add_text(command, "--auth-method", "token_endpoint_auth_method", flags,
           "How the client authenticates [x_auth_token with a key, else none]")
      ->check(CLI::IsMember({"x_auth_token", "client_secret_basic", "client_secret_post", "private_key_jwt", "none"}));
  command.add_option("--jwks-file", flags.jwks_file,
                     "File with the client's public keys for private_key_jwt, a JSON Web Key Set");
  add_text(command, "--jwks-uri", "jwks_uri", flags, "Where those keys are instead; '' for nowhere");
  add_texts(command, "--grant", "grant_types", flags, "Grant type; repeatable [authorization_code, refresh_token]");
  const auto take_scopes = [&flags](const Texts& given) {
    const Texts scopes = split_list(fmt::format("{}", fmt::join(given, " ")));
    flags.members["scope"] = scopes.empty() ? Json() : Json(fmt::format("{}", fmt::join(scopes, " ")));
  };
  add_list(command, "--scope", take_scopes, "Scopes the client may ask for; repeatable [all that the server knows]");
  add_text(command, "--owner-bap-id", "owner_bap_id", flags, "Identity that owns the client; '' for nobody");
  add_text(command, "--application-type", "application_type", flags, "web or native [web]")
      ->check(CLI::IsMember({"web", "native"}));
  add_text(command, "--id-token-alg", "id_token_signed_response_alg", flags,
           "Signature of ID tokens [the server's]; '' for that again");
  command.add_flag_function(
      "--skip-consent,!--ask-consent", [&flags](std::int64_t count) { flags.members["skip_consent"] = count > 0; },
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
  Json audit_detail = Json::object();  ///< what the command did
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
        Registry registry(with.store.clients, run.clock, run.random,
                          registration_rules(oauth::Registrar::administrator, make_settings(with.config)));
        SIGMA_CHECK(work(registry, *arguments));
        oauth::AuditEvent event = command_event(type);
        event.client_id = store::ClientId{arguments->id};
        event.detail = arguments->audit_detail;
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
  std::erase_if(metadata.get_ref<Json::object_t&>(), [](const auto& member) { return member.second.is_null(); });
  if (!given.id.empty()) metadata["client_id"] = given.id;
  const auto issued = run_to_end(registry.create(std::move(metadata)));
  if (issued) given.id = issued->client.id.str();
  return print_issued(issued);
}

Result<void> update(Registry& registry, ClientArguments& given) {
  SIGMA_TRY(Json patch, given.flags.to_json());
  if (patch.empty())
    return core::Error{core::Code::invalid_input, "Say what to change; sigma-auth client update --help lists it."};
  // One of the two says where the keys are.
  if (patch.contains("jwks") && !patch.contains("jwks_uri")) patch["jwks_uri"] = nullptr;
  if (patch.contains("jwks_uri") && !patch.contains("jwks")) patch["jwks"] = nullptr;
  const auto issued = run_to_end(registry.update(store::ClientId{given.id}, std::move(patch)));
  if (issued) given.audit_detail = describe_change(*issued);
  return print_issued(issued);
}

Result<void> add_key(Registry& registry, ClientArguments& given) {
  Json key = {{"pubkey", given.pubkey}};
  if (!given.not_before.empty()) key["not_before"] = given.not_before;
  if (!given.not_after.empty()) key["not_after"] = given.not_after;
  return print_client(run_to_end(registry.add_key(store::ClientId{given.id}, std::move(key))));
}

Result<void> rotate_secret(Registry& registry, ClientArguments& given) {
  const auto overlap = parse_duration(given.overlap);
  // Seven hours or seven days? Seconds are what nobody means.
  const bool bare = given.overlap.find_first_not_of("0123456789") == std::string::npos && given.overlap != "0";
  if (overlap && bare)
    return core::Error{core::Code::invalid_input,
                       fmt::format("--overlap {} lacks a unit; for example --overlap 24h", given.overlap)};
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
  add_text(*command, "--name", "client_name", given->flags, "Name that people see")->required();
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
  command->add_flag("--json", given->json, "Accepted for scripts; the output is always JSON");
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
  add_text(*command, "--name", "client_name", given->flags, "Name that people see");
  add_client_flags(*command, given->flags);
  command->add_flag_function(
      "--disable,!--enable", [given](std::int64_t count) { given->flags.members["disabled"] = count > 0; },
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
