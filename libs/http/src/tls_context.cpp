#include "tls_context.hpp"

#include <openssl/ssl.h>

#include "sigma/http/stream.hpp"
#include "sigma/http/tls_files.hpp"

namespace sigma::http {
namespace ssl = boost::asio::ssl;
namespace {

// RFC 7301: clients that offer protocols get http/1.1, or no agreement if they cannot speak it.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned in_length, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof(kHttp11) - 1, in, in_length);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

core::Result<std::shared_ptr<ssl::context>> load_tls_context(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);

  const auto refuse = [](const std::string& file, const boost::system::error_code& error) {
    return core::Error{core::Code::invalid_input, "The TLS file \"" + file + "\" cannot be used.", error.message()};
  };
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate_file, error);
  if (error) return refuse(files.certificate_file, error);
  context->use_private_key_file(files.key_file, ssl::context::pem, error);
  if (error) return refuse(files.key_file, error);
  if (SSL_CTX_check_private_key(native) != 1) {
    return core::Error{core::Code::invalid_input, "The TLS key does not belong to the certificate.", files.key_file};
  }
  return context;
}

core::Result<void> check_tls_files(const TlsFiles& files) {
  SIGMA_CHECK(load_tls_context(files));
  return {};
}

core::Result<std::shared_ptr<ssl::context>> make_tls_client_context(const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) {
    context->set_default_verify_paths(error);
  } else {
    context->load_verify_file(ca_file, error);
  }
  if (error) {
    return core::Error{core::Code::invalid_input, "The file of certificate authorities cannot be used: " + ca_file,
                       error.message()};
  }
  return context;
}

}  // namespace sigma::http
