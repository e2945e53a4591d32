#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "sigma/http/fetcher.hpp"

namespace sigma::http {

struct ClientOptions {
  std::chrono::milliseconds deadline{5'000};  ///< for the whole of it: resolve, connect, TLS, send, receive
  std::size_t body_limit = 256 * 1024;        ///< bytes of an answer's body
  std::size_t concurrent = 64;                ///< requests under way; more are Code::overloaded
  std::size_t lookups = 2;                    ///< names looked up at a time: a silent name server holds up one of them
  std::size_t idle_connections = 4;           ///< kept for later, per origin
  std::chrono::milliseconds idle_timeout{20'000};
  std::string ca_file;  ///< PEM; empty: the system's authorities
  bool allow_plain_http = false;
  /// Also loopback, private, link-local and other special addresses (RFC 6890): for development, never for URLs that
  /// strangers may choose.
  bool allow_private_addresses = false;
};

/// Fetches over HTTP/1.1 on a thread of its own: names are resolved once, every address is checked, and the connection
/// goes to the address that was checked (no rebinding). Certificates and host names are verified. Thread-safe; results
/// resume on the caller's executor. Must outlive the tasks that wait for it.
class Client final : public Fetcher {
 public:
  /// Code::invalid_input when the authorities cannot be read.
  static core::Result<std::unique_ptr<Client>> make(ClientOptions options);
  ~Client() override;

  core::Task<core::Result<Response>> fetch(FetchRequest request) override;

  /// Abandons what is under way: tasks that wait are destroyed, not resumed. Call it at the end, while the executors of
  /// those tasks still exist but run no more. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigma::http
