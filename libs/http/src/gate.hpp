// Every rule between the wire and the handlers that needs no I/O. Immutable, shared by all connections.
#pragma once
#include <optional>
#include <string>
#include <unordered_set>

#include "address.hpp"
#include "request_metrics.hpp"
#include "request_parser.hpp"
#include "sigma/http/server.hpp"

namespace sigma::http {

/// The other end of a connection.
struct Peer {
  Address address;
  std::string text;
  bool trusted_proxy = false;
};

/// What becomes of a request once its head is known.
struct Admission {
  const Route* route = nullptr;
  Cors cors = Cors::none;  ///< for the answer, also a refusal
  std::size_t body_limit = 0;
  std::optional<Refusal> refusal;
  std::optional<Response> answer;       ///< OPTIONS is answered without a handler
  std::vector<Method> allowed_methods;  ///< for 405
};

class Gate {
 public:
  /// Code::invalid_input when the options make no sense.
  static core::Result<std::unique_ptr<Gate>> make(ServerOptions options, std::shared_ptr<const Router> router,
                                                  core::Metrics& metrics);

  const ServerOptions& options() const { return options_; }
  const Limits& limits() const { return options_.limits; }
  RequestMetrics& metrics() const { return metrics_; }

  Peer peer(const Address& address) const;
  /// The connection begins with a PROXY protocol header. Only proxies that we trust may, and then must, send one.
  bool expects_proxy_header(const Peer& peer) const { return options_.proxy_protocol && peer.trusted_proxy; }
  /// Fills path, query, path parameters and remote address of `request` and decides. `request` has method, target
  /// (rewritten to origin form) and headers.
  Admission admit(Request& request, const Peer& peer, bool http11) const;

  /// The answer to what no handler sees, in the service's words. Never an empty body.
  Response refuse(const Request& request, const Admission& admission, int status, std::string_view description) const;
  /// What every answer gets before it leaves: CORS fields, the service's `finish`, a check of every field. An answer
  /// that cannot be sent becomes a logged 500.
  Response finish(const Request& request, const Admission& admission, Response response) const;

 private:
  Gate(ServerOptions options, std::shared_ptr<const Router> router, core::Metrics& metrics, TrustedProxies proxies);

  std::optional<Refusal> check_target(Request& request, bool http11) const;
  void answer_options(const Request& request, const Router::Match& match, Admission& admission) const;
  void add_cors(const Request& request, Cors cors, Headers& headers) const;

  ServerOptions options_;
  std::shared_ptr<const Router> router_;
  mutable RequestMetrics metrics_;
  TrustedProxies proxies_;
  std::unordered_set<std::string> hosts_;
  std::unordered_set<std::string> origins_;
};

/// The answer of a server without its own words: {"error","error_description"}.
Response plain_refusal(int status, std::string_view description);

}  // namespace sigma::http
