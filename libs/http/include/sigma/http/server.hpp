#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/trace.hpp"
#include "sigma/http/message.hpp"
#include "sigma/http/router.hpp"

namespace sigma::http {

/// Every bound on what is read from the network. Each has a test that reaches it.
struct Limits {
  std::size_t header_bytes =
      16 * 1024;                     ///< request line and fields; more is 431 (414 when the target alone exceeds 8 KiB)
  std::size_t header_fields = 100;   ///< more is 431
  std::size_t connections = 10'000;  ///< per server; more are closed on accept
  std::chrono::milliseconds header_timeout{
      10'000};                                     ///< from first byte (or accept) to the end of the header: 408, close
  std::chrono::milliseconds body_timeout{20'000};  ///< for the whole body: 408, close
  std::chrono::milliseconds idle_timeout{60'000};  ///< between requests of a kept-alive connection: close
  std::chrono::milliseconds write_timeout{20'000};    ///< a reader this slow is cut off
  std::chrono::milliseconds request_timeout{15'000};  ///< for the handler: 503
};

struct TlsFiles {
  std::string certificate_file;  ///< PEM chain
  std::string key_file;          ///< PEM
};

/// One answered request, for a tracing system.
struct RequestSpan {
  core::TraceContext context;                           ///< its own span
  std::optional<std::array<std::uint8_t, 8>> parent{};  ///< the caller's span
  std::int64_t start_ns = 0;                            ///< since 1970
  std::int64_t end_ns = 0;
  std::string method, route, request_id;
  int status = 0;
};

struct ServerOptions {
  std::string name;         ///< "public" or "admin": label in metrics and logs
  std::string listen;       ///< "127.0.0.1:8787", "[::1]:0", "0.0.0.0:8787"
  std::size_t threads = 1;  ///< each with its own io_context and SO_REUSEPORT acceptor
  /// Another process of the same user may listen on the same address, and gets its share of new connections: a release
  /// starts beside the one that it replaces. Otherwise an address that is taken is an error.
  bool share_port = false;
  Limits limits;
  std::optional<TlsFiles> tls;
  std::vector<std::string> trusted_proxies;  ///< CIDRs whose X-Forwarded-For counts
  /// Connections from trusted proxies begin with a PROXY protocol version 2 header that names the client; without one
  /// they are closed. From others such a header is a malformed request.
  bool proxy_protocol = false;
  std::vector<std::string> trusted_origins;  ///< for Cors::trusted, exact "scheme://host[:port]"
  /// Hosts (host[:port], lower case) that requests may name in Host; empty: any. Others get 421.
  std::vector<std::string> allowed_hosts;
  /// Turns transport-level refusals (400 when malformed, 404, 405, 408, 413, 414, 417, 421, 431, 503, 500 after a
  /// handler threw) into the service's own words; null: {"error","error_description"} JSON. Never an empty body.
  std::function<Response(const Request&, int status, std::string_view description)> render_error;
  /// Takes the span of each request that is recorded; called on I/O threads. Null: nothing is traced.
  std::function<void(RequestSpan)> on_span;
  double trace_ratio = 0;  ///< of the requests whose caller has not decided, 0 to 1
  /// Runs after every handler, e.g. for security headers of the service.
  std::function<void(const Request&, Response&)> finish;
};

/// Usage: construct, start(), … retire(), drain(), stop(). Thread-safe. Handlers run on the connection's I/O thread.
/// Stop the work pools that handlers wait for before the server is destroyed: their results come back to its threads.
class Server {
 public:
  Server(ServerOptions options, std::shared_ptr<const Router> router, core::Random& random, core::Metrics& metrics);
  ~Server();

  /// Binds and begins to accept; Code::unavailable names the address when it cannot.
  core::Result<void> start();
  /// The bound port (useful with port 0).
  std::uint16_t port() const;
  /// From now on every answer says `Connection: close`; new connections are taken as before. Whoever keeps connections
  /// for a shorter time than drain() is later has none left then: a request can never cross the close of an idle one
  /// (RFC 9112 §9.5).
  void retire();
  /// Stops accepting, answers what is in flight with `Connection: close`, closes idle connections, and returns when
  /// all are gone or after `deadline`, whichever is first. True when nothing was cut off.
  bool drain(std::chrono::milliseconds deadline);
  /// Closes everything at once and joins the threads. Idempotent.
  void stop();
  /// Reads certificate and key again (SIGHUP); on failure the old ones stay.
  core::Result<void> reload_tls();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigma::http
