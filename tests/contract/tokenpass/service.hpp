#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "api/routes.hpp"
#include "app.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/run.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass::testing {

using core::Json;

inline constexpr const char* kPassword = "correct horse battery";
/// Cheap on purpose: what is tested here is not the stretching.
inline constexpr crypto::Argon2Cost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

struct Reply {
  int status = 0;
  Json body;
  int code() const { return body.value("code", 0); }
};

/// TokenPass on a folder of its own, with a clock that stands until it is turned.
class Service : public ::testing::Test {
 protected:
  Service() {
    char pattern[] = "/tmp/sigma-tokenpass-XXXXXX";
    config_.folder = ::mkdtemp(pattern);
    config_.auto_lock = std::chrono::hours{8};
    start();
  }
  ~Service() override {
    stop();
    std::filesystem::remove_all(config_.folder);
  }

  void start() {
    auto record = PublicRecord::load(config_.folder / "tokenpass.json");
    ASSERT_TRUE(record) << record.error().description();
    app_ = std::make_unique<App>(config_, std::move(*record), clock_, random_, nullptr, kCheap);
    router_ = std::make_unique<http::Router>(all_routes(*app_));
  }
  void stop() {
    if (!app_) return;
    app_->worker.stop();
    app_->wallet.lock();
    router_.reset();
    app_.reset();
  }
  void restart() {
    stop();
    start();
  }

  Reply call(http::Method method, std::string path, const Json& body = Json::object(), http::Headers headers = {}) {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = core::dump_json(body);
    request.headers = std::move(headers);
    request.headers.add("Content-Type", "application/json");
    const auto match = router_->find(request.method, request.path);
    EXPECT_NE(match.route, nullptr) << request.path;
    for (const auto& [name, value] : match.path_parameters) request.path_parameters.emplace(name, value);
    const http::Response response = core::run_to_end(match.route->handler(std::move(request)));
    return {response.status, core::parse_json(response.body).value()};
  }
  Reply post(std::string path, const Json& body = Json::object(), http::Headers headers = {}) {
    return call(http::Method::post, std::move(path), body, std::move(headers));
  }
  Reply get(std::string path) { return call(http::Method::get, std::move(path)); }

  void register_wallet() { ASSERT_EQ(post("/api/register", {{"password", kPassword}}).status, 200); }
  std::string token(const std::string& expire, const std::string& host = "example.com") {
    const Reply reply =
        post("/api/auth", {{"password", kPassword}, {"host", host}, {"scopes", "sign"}, {"expire", expire}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return core::json_string(reply.body, "accessToken").value_or("");
  }
  static http::Headers bearer(const std::string& token) {
    http::Headers headers;
    headers.add("Authorization", "Bearer " + token);
    return headers;
  }
  /// As a page of ours sends it.
  http::Headers own_page(const std::string& session = "", const std::string& browser = "") const {
    http::Headers headers;
    headers.add("Origin", config_.base_url());
    if (!session.empty()) headers.add("X-TokenPass-Session", session);
    if (!browser.empty()) headers.add("X-TokenPass-Browser", browser);
    return headers;
  }
  Reply sign(const std::string& token) { return post("/api/sign", {{"message", "x"}}, bearer(token)); }
  void pass(core::Milliseconds time) { clock_.advance(time); }

  Config config_;
  core::testing::FixedClock clock_{{1'769'083'200'000}};
  crypto::SystemRandom random_;
  std::unique_ptr<App> app_;
  std::unique_ptr<http::Router> router_;
};

}  // namespace sigma::tokenpass::testing
