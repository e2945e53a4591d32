#include <memory>

#include "cli/commands.hpp"
#include "sigma/oauth/registration/client_registry.hpp"

namespace sigma::service::cli {
namespace {

using core::Json;

constexpr core::Milliseconds kSecretOverlap = std::chrono::hours{24};
constexpr std::size_t kPageSize = 200;

// Members of a client that create and update share. Absent options change nothing.
struct Fields {
  std::string name, auth_method, scope, id_token_alg, application_type, file;
  std::vector<std::string> redirect_uris, member_pubkeys, grants;
  bool skip_consent = false, disabled = false, enabled = false;

  void add_to(CLI::App& command) {
    command.add_option("--redirect-uri", redirect_uris, "Where answers may go; repeat for several");
    command.add_option("--member-pubkey", member_pubkeys, "Compressed public key in hex that signs the client's requests; repeat for several");
    command.add_option("--auth-method", auth_method, "x_auth_token, client_secret_basic, client_secret_post, private_key_jwt or none");
    command.add_option("--grant", grants, "Grant type that the client may use; repeat for several");
    command.add_option("--scope", scope, "Scopes that the client may ask for, separated by blanks");
    command.add_option("--id-token-alg", id_token_alg, "RS256, ES256, EdDSA or ES256K");
    command.add_option("--application-type", application_type, "web or native");
    command.add_flag("--skip-consent", skip_consent, "Do not ask people for consent");
    command.add_option("--file", file, "JSON file with further RFC 7591 members");
  }

  core::Result<Json> to_json() const {
    Json json = Json::object();
    if (!file.empty()) {
      std::FILE* input = std::fopen(file.c_str(), "rb");
      if (!input) return core::Error{core::Code::invalid_input, "The file " + file + " cannot be read."};
      std::string text;
      for (char buffer[4096]; const std::size_t count = std::fread(buffer, 1, sizeof buffer, input);) text.append(buffer, count);
      std::fclose(input);
      SIGMA_TRY(json, core::parse_json(text));
      if (!json.is_object()) return core::Error{core::Code::invalid_input, "The file " + file + " must hold one JSON object."};
    }
    if (!name.empty()) json["client_name"] = name;
    if (!redirect_uris.empty()) json["redirect_uris"] = redirect_uris;
    if (!member_pubkeys.empty()) json["member_pubkeys"] = member_pubkeys;
    if (!auth_method.empty()) json["token_endpoint_auth_method"] = auth_method;
    if (!grants.empty()) json["grant_types"] = grants;
    if (!scope.empty()) json["scope"] = scope;
    if (!id_token_alg.empty()) json["id_token_signed_response_alg"] = id_token_alg;
    if (!application_type.empty()) json["application_type"] = application_type;
    if (skip_consent) json["skip_consent"] = true;
    if (disabled) json["disabled"] = true;
    if (enabled) json["disabled"] = false;
    return json;
  }
};

// One command: its options, and what it does with the registry.
struct Command {
  Command(Context& context, int& exit_code) : context_(context), exit_code_(exit_code) {}

  template <class Act>
  void on(CLI::App& app, Act act) {
    app.callback([this, act] {
      exit_code_ = with_store(context_, [&](OpenStore& open) {
        oauth::ClientRegistry registry(open.store->clients, context_.clock, context_.random);
        return act(open, registry);
      });
    });
  }

  std::string id, pubkey, not_before, not_after;
  bool json = false;
  Fields fields;
  Context& context_;
  int& exit_code_;
};

template <class T, class Print>
int show(const core::Result<T>& result, Print print_value) {
  if (!result) return fail(result.error());
  print_value(*result);
  return kDone;
}

void print_client(const store::Client& client) { print(oauth::render_client(client)); }
void print_issued(const oauth::IssuedClient& issued) { print(oauth::render_issued(issued)); }

core::Task<core::Result<std::vector<store::Client>>> all_clients(store::ClientStore& clients) {
  std::vector<store::Client> all;
  store::Page page{kPageSize, ""};
  for (;;) {
    SIGMA_CO_TRY(auto some, co_await clients.list(page));
    const bool last = some.size() < kPageSize;
    for (auto& client : some) all.push_back(std::move(client));
    if (last) co_return all;
    page.after = all.back().id.str();
  }
}

int list(OpenStore& open, bool as_json) {
  const auto clients = run(all_clients(open.store->clients));
  if (!clients) return fail(clients.error());
  Json json = Json::array();
  for (const auto& client : *clients) {
    if (as_json) {
      json.push_back(oauth::render_client(client));
    } else {
      print_line(fmt::format("{:<32} {:<20} {:<9} {}", client.id.str(), client.auth_method, client.disabled ? "disabled" : "enabled", client.name));
    }
  }
  if (as_json) print(json);
  return kDone;
}

}  // namespace

void add_client_commands(CLI::App& program, Context& context, int& exit_code) {
  CLI::App* group = program.add_subcommand("client", "Register and change applications");
  group->require_subcommand(1);
  group->fallthrough();
  // Lives as long as the callbacks that CLI11 keeps.
  const auto add = [&](const char* name, const char* about) {
    auto command = std::make_shared<Command>(context, exit_code);
    CLI::App* app = group->add_subcommand(name, about);
    app->fallthrough();
    app->preparse_callback([command](std::size_t) {});
    app->add_flag("--json", command->json, "Print JSON");
    return std::pair(command, app);
  };
  const auto with_id = [](CLI::App* app, const std::shared_ptr<Command>& c) { app->add_option("id", c->id, "client_id")->required(); };

  {
    auto [c, app] = add("create", "Register an application and print it as JSON");
    app->add_option("--id", c->id, "client_id")->required();
    app->add_option("--name", c->fields.name, "Name that people see")->required();
    c->fields.add_to(*app);
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      auto json = self->fields.to_json();
      if (!json) return fail(json.error());
      (*json)["client_id"] = self->id;
      return show(run(registry.create(std::move(*json))), print_issued);
    });
  }
  {
    auto [c, app] = add("list", "List applications");
    c->on(*app, [self = c.get()](OpenStore& open, oauth::ClientRegistry&) { return list(open, self->json); });
  }
  {
    auto [c, app] = add("get", "Print one application as JSON");
    with_id(app, c);
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) { return show(run(registry.load(store::ClientId{self->id})), print_client); });
  }
  {
    auto [c, app] = add("update", "Change an application");
    with_id(app, c);
    app->add_option("--name", c->fields.name, "Name that people see");
    c->fields.add_to(*app);
    app->add_flag("--disable", c->fields.disabled, "Switch the application off");
    app->add_flag("--enable", c->fields.enabled, "Switch it on again");
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      auto json = self->fields.to_json();
      if (!json) return fail(json.error());
      return show(run(registry.update(store::ClientId{self->id}, std::move(*json))), print_issued);
    });
  }
  {
    auto [c, app] = add("delete", "Remove an application with its tokens and consents");
    with_id(app, c);
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      const auto removed = run(registry.remove(store::ClientId{self->id}));
      return removed ? kDone : fail(removed.error());
    });
  }
  {
    auto [c, app] = add("add-key", "Add a member key");
    with_id(app, c);
    app->add_option("pubkey", c->pubkey, "Compressed public key in hex")->required();
    app->add_option("--not-before", c->not_before, "Valid from, as 2026-01-31T12:00:00.000Z");
    app->add_option("--not-after", c->not_after, "Valid until");
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      Json key = {{"pubkey", self->pubkey}};
      if (!self->not_before.empty()) key["not_before"] = self->not_before;
      if (!self->not_after.empty()) key["not_after"] = self->not_after;
      return show(run(registry.add_key(store::ClientId{self->id}, std::move(key))), print_client);
    });
  }
  {
    auto [c, app] = add("remove-key", "Remove a member key");
    with_id(app, c);
    app->add_option("pubkey", c->pubkey, "Compressed public key in hex")->required();
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      return show(run(registry.remove_key(store::ClientId{self->id}, self->pubkey)), print_client);
    });
  }
  {
    auto [c, app] = add("rotate-secret", "Make a new client secret; the old one stays valid for a day");
    with_id(app, c);
    c->on(*app, [self = c.get()](OpenStore&, oauth::ClientRegistry& registry) {
      return show(run(registry.rotate_secret(store::ClientId{self->id}, kSecretOverlap)), print_issued);
    });
  }
}

}  // namespace sigma::service::cli
