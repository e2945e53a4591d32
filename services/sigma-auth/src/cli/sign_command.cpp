#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "sigma/bitcoin/auth_token.hpp"

namespace sigma::service::cli {
namespace {

struct Options {
  std::string path, scheme = "brc77", key_file = "-", body, body_file;
};

core::Result<std::string> read_all(const std::string& file) {
  std::FILE* input = file == "-" ? stdin : std::fopen(file.c_str(), "rb");
  if (!input) return core::Error{core::Code::invalid_input, "The file " + file + " cannot be read."};
  std::string text;
  for (char buffer[4096]; const std::size_t count = std::fread(buffer, 1, sizeof buffer, input);) text.append(buffer, count);
  if (input != stdin) std::fclose(input);
  return text;
}

core::Result<bitcoin::PrivateKey> read_key(const std::string& file) {
  SIGMA_TRY(std::string text, read_all(file));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  auto key = text.size() == 64 ? bitcoin::PrivateKey::from_hex(text) : bitcoin::PrivateKey::from_wif(text);
  crypto::wipe(text);
  if (!key) return core::Error{core::Code::invalid_input, "Give the private key as WIF or 64 hex digits, on standard input or with --key-file."};
  return *key;
}

core::Result<std::string> make_token(Context& context, const Options& options) {
  const auto scheme = bitcoin::parse_auth_scheme(options.scheme);
  if (!scheme) return core::Error{core::Code::invalid_input, "--scheme knows brc77 and bsm."};
  std::optional<std::string> body;
  if (!options.body.empty()) body = options.body;
  if (!options.body_file.empty()) {
    SIGMA_TRY(body, read_all(options.body_file));
  }
  SIGMA_TRY(const bitcoin::PrivateKey key, read_key(options.key_file));
  return bitcoin::make_auth_token(key, *scheme, options.path, body ? std::optional<std::string_view>(*body) : std::nullopt,
                                  context.clock.now(), context.random);
}

}  // namespace

void add_sign_command(CLI::App& program, Context& context, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand("sign", "Make an X-Auth-Token; the private key comes from standard input or a file, never from the command line");
  app->add_option("--path", options->path, "Request path that the token is good for, e.g. /api/auth/sign-in/sigma")->required();
  app->add_option("--scheme", options->scheme, "brc77 (default) or bsm");
  app->add_option("--key-file", options->key_file, "File with the private key; - is standard input");
  auto* body = app->add_option("--body", options->body, "Request body that the token covers, as text");
  app->add_option("--body-file", options->body_file, "The same from a file")->excludes(body);
  app->callback([&context, &exit_code, options] {
    const auto token = make_token(context, *options);
    exit_code = token ? kDone : fail(token.error());
    if (token) print_line(*token);
  });
}

}  // namespace sigma::service::cli
