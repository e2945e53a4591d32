// One outbound request, on the client's thread.
#pragma once
#include <memory>
#include <optional>

#include "fleet.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/http/client.hpp"
#include "sigma/http/origin.hpp"
#include "sigma/http/stream.hpp"

namespace sigma::http {

class ClientCall {
 public:
  /// Names are looked up on `lookups`, as that blocks and cannot be interrupted.
  ClientCall(boost::asio::io_context& context, core::WorkPool& lookups, const ClientOptions& options, TlsContext tls,
             FetchRequest request);

  /// Checks URL and headers and writes the head.
  core::Result<void> prepare();
  std::string origin() const { return destination_.origin(); }
  bool is_safe() const { return request_.method == Method::get || request_.method == Method::head; }
  bool is_repeatable() const { return is_safe() || request_.repeatable; }

  /// Resolves, refuses addresses, connects to one that passed, shakes hands.
  core::Task<core::Result<std::unique_ptr<Stream>>> connect();
  core::Task<core::Result<Response>> converse(std::unique_ptr<Stream> stream);
  /// The connection, if it may be used again.
  std::unique_ptr<Stream> release_stream();

  bool received_anything() const { return received_anything_; }
  bool cancelled() const { return cancelled_; }
  void cancel();

 private:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  core::Task<core::Result<Endpoints>> resolve();

  core::WorkPool& lookups_;
  const ClientOptions& options_;
  TlsContext tls_;
  FetchRequest request_;
  Destination destination_;
  std::string head_;
  Socket socket_;  ///< while connecting
  std::unique_ptr<Stream> stream_;
  bool reusable_ = false;
  bool received_anything_ = false;
  bool cancelled_ = false;
};

}  // namespace sigma::http
