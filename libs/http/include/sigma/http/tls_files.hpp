#pragma once
#include "sigma/core/result.hpp"
#include "sigma/http/server.hpp"

namespace sigma::http {

/// Whether a server could begin with these: both can be read, and the key belongs to the certificate.
/// Code::invalid_input.
core::Result<void> check_tls_files(const TlsFiles& files);

}  // namespace sigma::http
