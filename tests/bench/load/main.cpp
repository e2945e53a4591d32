// sigma_load: puts load on one server over loopback and says how it coped. See docs/performance.md.
#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "load_test.hpp"
#include "report.hpp"

namespace {

using namespace sigma;

struct Arguments {
  std::string server = "127.0.0.1:8787";
  std::string scenario;
  std::string authority;
  std::string client_id = "bench";
  std::string key_file;
  std::string secret_file;
  std::string scheme = "brc77";
  std::string json_file;
  std::size_t connections = 8;
  std::size_t threads = 1;
  double seconds = 5;
  double warm_up = 1;
  std::uint64_t max_operations = 0;
  double rate = 0;
  int repeat = 3;
  std::vector<pid_t> pids;
};

std::string scenario_list() {
  std::string text = "Scenarios:\n";
  for (const auto& scenario : bench::scenarios()) text += fmt::format("  {:<12}{}\n", scenario.name, scenario.what);
  return text;
}

void declare(CLI::App& app, Arguments& a) {
  app.footer(scenario_list());
  app.add_option("scenario", a.scenario, "what each connection does over and over")->required();
  app.add_option("--server", a.server, "address:port, loopback only")->capture_default_str();
  app.add_option("--authority", a.authority, "Host to send (default: --server)");
  app.add_option("--client-id", a.client_id, "a client registered with skip_consent")->capture_default_str();
  app.add_option("--key-file", a.key_file, "its member private key, 64 hex digits");
  app.add_option("--secret-file", a.secret_file, "its client secret, one line; with neither: a public client");
  app.add_option("--scheme", a.scheme, "bsm or brc77")->check(CLI::IsMember({"bsm", "brc77"}))->capture_default_str();
  app.add_option("--connections", a.connections)->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--threads", a.threads, "of the driver")->check(CLI::Range(1, 2))->capture_default_str();
  app.add_option("--seconds", a.seconds, "per repetition")->check(CLI::Range(0.1, 600.0))->capture_default_str();
  app.add_option("--warm-up", a.warm_up, "seconds before the first")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  app.add_option("--max", a.max_operations, "operations per repetition at most; 0: no limit")->capture_default_str();
  app.add_option("--rate", a.rate, "open loop at so many operations a second; 0: closed loop")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--repeat", a.repeat)->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--pid", a.pids, "server processes whose CPU time and memory count");
  app.add_option("--json", a.json_file, "file for the whole report");
}

core::Result<boost::asio::ip::tcp::endpoint> loopback_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return core::Error(core::Code::invalid_input, "--server wants address:port.");
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text.substr(0, colon), error);
  std::uint16_t port = 0;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error || port == 0 || !address.is_loopback()) {
    return core::Error(core::Code::invalid_input, "--server must be a loopback address: this tool is no weapon.");
  }
  return boost::asio::ip::tcp::endpoint(address, port);
}

/// The first word of a file; empty when there is none.
std::string read_word(const std::string& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

core::Result<bench::LoadOptions> load_options(const Arguments& a) {
  bench::LoadOptions options;
  SIGMA_TRY(options.server, loopback_endpoint(a.server));
  options.authority = a.authority.empty() ? a.server : a.authority;
  options.scenario = bench::find_scenario(a.scenario);
  if (!options.scenario) return core::Error(core::Code::invalid_input, "No such scenario. " + scenario_list());
  options.client.id = a.client_id;
  options.client.scheme = *bitcoin::parse_auth_scheme(a.scheme);
  if (!a.key_file.empty()) {
    SIGMA_TRY(options.client.member_key, bitcoin::PrivateKey::from_hex(read_word(a.key_file)));
  }
  if (!a.secret_file.empty()) {
    options.client.secret = read_word(a.secret_file);
    if (options.client.secret.empty()) return core::Error(core::Code::invalid_input, "Cannot read " + a.secret_file);
  }
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  };
  options.connections = a.connections;
  options.threads = std::min(a.threads, a.connections);
  options.warm_up = milliseconds(a.warm_up);
  options.duration = milliseconds(a.seconds);
  options.max_operations = a.max_operations;
  options.rate = a.rate;
  options.repetitions = a.repeat;
  options.server_pids = a.pids;
  return options;
}

core::Result<void> run(const Arguments& arguments) {
  SIGMA_TRY(const auto options, load_options(arguments));
  SIGMA_TRY(const auto result, bench::run_load_test(options));
  const auto report = bench::to_json(options, result);
  std::cout << bench::summary_line(report) << '\n';
  if (arguments.json_file.empty()) return {};
  std::ofstream out(arguments.json_file);
  out << report.dump(2) << '\n';
  if (!out.flush()) return core::Error(core::Code::unavailable, "Cannot write " + arguments.json_file);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Puts load on a sigma-auth server over loopback.");
  Arguments arguments;
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  if (const auto result = run(arguments); !result) {
    std::cerr << "sigma_load: " << result.error().description() << '\n';
    return 1;
  }
  return 0;
}
