// A server on a free port with a few routes that show what arrived.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "raw_client.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/http/server.hpp"

namespace sigma::http::testing {

inline constexpr std::size_t kSmallBodyLimit = 1000;

/// GET /hello; POST /echo (the body back), /fields (the names of the header fields), /small (body limit 1000); GET
/// /remote (remote_address), /show/{name}; GET /throw, /split (a header value with CR LF), /slow (never ends until the
/// test ends), /large (32 MB); PUT /hello; GET+POST /any (Cors::any), /trusted (Cors::trusted).
std::vector<Route> test_routes();

class TestServer {
 public:
  /// Starts; ADD_FAILURE when it cannot.
  explicit TestServer(ServerOptions options = {}, std::vector<Route> routes = test_routes());

  Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  core::Metrics& metrics() { return metrics_; }
  /// One request on a fresh connection.
  RawAnswer ask(std::string_view request, bool head = false) const;

 private:
  core::testing::SeededRandom random_;
  core::Metrics metrics_;
  std::unique_ptr<Server> server_;
};

/// "GET path HTTP/1.1" with Host and the given further fields (each ending in CR LF).
std::string get(std::string_view path, std::string_view fields = "");
std::string post(std::string_view path, std::string_view body, std::string_view fields = "");
/// Limits whose every time-out is out of a test's reach; set the one under test.
Limits patient_limits();

}  // namespace sigma::http::testing
