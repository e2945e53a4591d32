#include <memory>

#include "cli/commands.hpp"
#include "sigma/oauth/keys/key_manager.hpp"

namespace sigma::service::cli {
namespace {

using core::Json;

// Tokens of a retired key may live as long as the longest ID token.
core::Milliseconds overlap_of(const Config& config) { return config.id_token_lifetime + std::chrono::hours{1}; }

Json key_json(const store::SigningKey& key) {
  Json json = {{"kid", key.kid}, {"alg", key.algorithm}, {"created_at", to_iso8601(key.created_at)}, {"active", !key.retired_at}};
  if (key.retired_at) json["retired_at"] = to_iso8601(*key.retired_at);
  if (key.expires_at) json["expires_at"] = to_iso8601(*key.expires_at);
  return json;
}

int list(OpenStore& open, bool as_json) {
  const auto keys = run(open.store->keys.list());
  if (!keys) return fail(keys.error());
  Json json = Json::array();
  for (const auto& key : *keys) {
    if (as_json) {
      json.push_back(key_json(key));
    } else {
      print_line(fmt::format("{:<45} {:<7} {:<8} {}", key.kid, key.algorithm, key.retired_at ? "retired" : "active", to_iso8601(key.created_at)));
    }
  }
  if (as_json) print(json);
  return kDone;
}

int rotate(Context& context, const std::string& name) {
  const auto algorithm = jose::parse_algorithm(name);
  if (!algorithm) return fail({core::Code::invalid_input, "--alg knows RS256, ES256, EdDSA and ES256K."});
  auto config = context.load({.secret = true});
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  auto open = open_store(*config, context.clock);
  if (!open) return fail(open.error());
  const auto sealer = make_sealer(*config);
  if (!sealer) return fail(sealer.error());
  oauth::KeyManager keys(open->store->keys, *sealer, context.clock, context.random);
  const auto rotated = run(keys.rotate(*algorithm, overlap_of(*config)));
  return rotated ? list(*open, false) : fail(rotated.error());
}

}  // namespace

void add_key_commands(CLI::App& program, Context& context, int& exit_code) {
  CLI::App* group = program.add_subcommand("key", "The server's signing keys");
  group->require_subcommand(1);
  group->fallthrough();

  auto as_json = std::make_shared<bool>(false);
  CLI::App* list_app = group->add_subcommand("list", "List signing keys, without their secrets");
  list_app->fallthrough();
  list_app->add_flag("--json", *as_json, "Print JSON");
  list_app->callback([&context, &exit_code, as_json] {
    exit_code = with_store(context, [&](OpenStore& open) { return list(open, *as_json); });
  });

  auto algorithm = std::make_shared<std::string>("RS256");
  CLI::App* rotate_app = group->add_subcommand("rotate", "Make a new signing key; the old one stays published until its tokens are gone");
  rotate_app->fallthrough();
  rotate_app->add_option("--alg", *algorithm, "RS256, ES256, EdDSA or ES256K");
  rotate_app->callback([&context, &exit_code, algorithm] { exit_code = rotate(context, *algorithm); });
}

}  // namespace sigma::service::cli
