#include "cli/wallet_peer.hpp"

#include <thread>

#include "api/routes.hpp"
#include "server_address.hpp"
#include "sigma/core/run.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/http/client.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

http::Method method_of(std::string_view name) {
  if (name == "POST") return http::Method::post;
  if (name == "DELETE") return http::Method::del;
  return http::Method::get;
}

Result<WalletPeer::Reply> reply_of(const http::Response& response) {
  auto body = core::parse_json(response.body, 64);
  if (!body) return Error{Code::unavailable, "What answers on this port is not TokenPass."};
  return WalletPeer::Reply{response.status, std::move(*body)};
}

/// A server that runs already.
class Running final : public WalletPeer {
 public:
  Running(std::string base, std::unique_ptr<http::Client> client)
      : base_(std::move(base)), client_(std::move(client)) {}

  Result<Reply> call(std::string_view method, std::string path, Json body) override {
    http::FetchRequest request;
    request.method = method_of(method);
    request.url = base_ + path;
    if (!body.is_null()) {
      request.body = core::dump_json(body);
      request.headers.add("Content-Type", "application/json");
    }
    SIGMA_TRY(const http::Response response, core::run_to_end(client_->fetch(std::move(request))));
    return reply_of(response);
  }
  bool is_running_server() const override { return true; }

 private:
  std::string base_;
  std::unique_ptr<http::Client> client_;
};

/// The wallet's folder, worked on directly.
class InProcess final : public WalletPeer {
 public:
  InProcess(const Config& config, vault::FolderLock lock, PublicRecord record)
      : lock_(std::move(lock)), app_(config, std::move(record), clock_, random_, nullptr), router_(all_routes(app_)) {}
  ~InProcess() override {
    app_.worker.stop();
    app_.wallet.lock();
  }

  Result<Reply> call(std::string_view method, std::string path, Json body) override {
    http::Request request;
    request.method = method_of(method);
    request.path = std::move(path);
    if (!body.is_null()) request.body = core::dump_json(body);
    const auto match = router_.find(request.method, request.path);
    if (!match.route) return Error{Code::internal, "There is no such route.", request.path};
    for (const auto& [name, value] : match.path_parameters) request.path_parameters.emplace(name, value);
    return reply_of(core::run_to_end(match.route->handler(std::move(request))));
  }
  bool is_running_server() const override { return false; }

 private:
  core::SystemClock clock_;
  crypto::SystemRandom random_;
  vault::FolderLock lock_;
  App app_;
  http::Router router_;
};

Result<std::unique_ptr<WalletPeer>> connect_to(const Config& config, std::string url) {
  http::ClientOptions options;
  options.allow_plain_http = options.allow_private_addresses = true;
  options.deadline = std::chrono::seconds{30};
  SIGMA_TRY(auto client, http::Client::make(options));
  auto peer = std::make_unique<Running>(url, std::move(client));
  const auto status = peer->call("GET", "/api/status", Json());
  if (!status || core::json_string(status->body, "product") != "tokenpass") {
    return Error{Code::unavailable,
                 fmt::format("The TokenPass that works with {} does not answer at {}.", config.folder.string(), url)};
  }
  return std::unique_ptr<WalletPeer>(std::move(peer));
}

}  // namespace

Result<std::unique_ptr<WalletPeer>> WalletPeer::connect(const Config& config) {
  constexpr int kTries = 60;
  constexpr std::chrono::milliseconds kPause{50};
  SIGMA_CHECK(vault::make_private_folder(config.folder));
  for (int left = kTries;; --left) {
    auto lock = vault::FolderLock::take(config.folder / "tokenpass.lock");
    if (lock) {
      ServerAddress::forget(config.folder);
      SIGMA_TRY(PublicRecord record, PublicRecord::load(config.folder / "tokenpass.json"));
      return std::unique_ptr<WalletPeer>(std::make_unique<InProcess>(config, std::move(*lock), std::move(record)));
    }
    if (lock.error().code() != Code::conflict) return lock.error();
    // Somebody holds the folder: the server, which says there where it is, or soon will; or another command.
    auto url = ServerAddress::read(config.folder);
    if (url) return connect_to(config, std::move(*url));
    if (left == 0) return url.error();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace sigma::tokenpass
