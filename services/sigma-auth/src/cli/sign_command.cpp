// Makes an X-Auth-Token. Works without server, store or configuration.
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/invocation.hpp"
#include "config_secrets.hpp"
#include "sigma/bitcoin/auth_token.hpp"

namespace sigma::service {
namespace {

using core::Result;

struct SignArguments {
  std::string path;
  std::string scheme = "brc77";
  std::string body;
  std::string body_file;
  std::string key_file;
};

core::Error usage(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

Result<bitcoin::PrivateKey> parse_key(const crypto::SecretBytes& text) {
  constexpr std::size_t kHexSize = 64;
  auto key =
      text.size() == kHexSize ? bitcoin::PrivateKey::from_hex(text.view()) : bitcoin::PrivateKey::from_wif(text.view());
  if (!key)
    return usage(
        "The private key is neither a WIF (52 characters, K… or L…) nor 64 hex characters; give it on standard input "
        "or with --key-file.");
  return key;
}

Result<std::string> read_body(const std::string& file) {
  // Not /dev/stdin: that cannot be opened where standard input is a socket, as under systemd and Node.js.
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream in(file, std::ios::binary);
  if (!in) return usage(fmt::format("--body-file: {} cannot be read", file));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<void> sign(Invocation& run, const SignArguments& given) {
  if (given.body_file == "-" && given.key_file.empty())
    return usage("Standard input can hold the body or the key, not both; use --key-file.");
  auto text = given.key_file.empty() ? read_secret(STDIN_FILENO, "standard input") : read_secret_file(given.key_file);
  if (!text) return usage(fmt::format("--key-file {}", text.error().description()));
  SIGMA_TRY(const bitcoin::PrivateKey key, parse_key(*text));
  std::string body = given.body;
  if (!given.body_file.empty()) {
    SIGMA_TRY(body, read_body(given.body_file));
  }
  const auto scheme = bitcoin::parse_auth_scheme(given.scheme);
  const auto covered = body.empty() ? std::nullopt : std::optional<std::string_view>(body);
  SIGMA_TRY(const std::string token, bitcoin::make_auth_token(key, scheme.value_or(bitcoin::AuthScheme::brc77),
                                                              given.path, covered, run.clock.now(), run.random));
  fmt::print("{}\n", token);
  return {};
}

}  // namespace

void add_sign_command(CLI::App& app, Invocation& run) {
  const auto given = std::make_shared<SignArguments>();
  CLI::App* command =
      app.add_subcommand("sign", "Make an X-Auth-Token; the private key comes from standard input or a file");
  command->add_option("--path", given->path, "Path that the token is for, like /api/auth/sign-in/sigma")->required();
  command->add_option("--scheme", given->scheme, "brc77 or bsm")
      ->check(CLI::IsMember({"brc77", "bsm"}))
      ->capture_default_str();
  CLI::Option* body = command->add_option("--body", given->body, "Request body that the token covers, as text");
  command->add_option("--body-file", given->body_file, "The same from a file, or - for standard input")->excludes(body);
  command->add_option("--key-file", given->key_file, "File with the private key, WIF or hex [standard input]");
  command->callback([&run, given] { run.action = [&run, given] { return sign(run, *given); }; });
}

}  // namespace sigma::service
