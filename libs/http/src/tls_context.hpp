#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "sigma/core/result.hpp"
#include "sigma/http/server.hpp"

namespace sigma::http {

/// A server context: TLS 1.2 or newer, forward secrecy and AEAD ciphers only, ALPN http/1.1.
/// Code::invalid_input when a file cannot be used or key and certificate do not belong together.
core::Result<std::shared_ptr<boost::asio::ssl::context>> load_tls_context(const TlsFiles& files);

}  // namespace sigma::http
