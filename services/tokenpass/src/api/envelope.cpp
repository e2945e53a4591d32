#include "api/envelope.hpp"

#include "sigma/bitcoin/brc78.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::tokenpass {

Outcome<core::Json> open_envelope(const bitcoin::PrivateKey& session_key, core::Json body) {
  const auto ciphertext = core::json_string(body, "ciphertext");
  if (!ciphertext || body.contains("password") || body.contains("host")) return body;
  const auto message = core::hex_decode(*ciphertext);
  const auto text = message ? bitcoin::decrypt_brc78(session_key, *message) : core::Error{};
  auto inner = text ? core::parse_json(text->view()) : core::Error{};
  if (!inner || !inner->is_object()) return Problem::envelope_unreadable();
  return std::move(*inner);
}

}  // namespace sigma::tokenpass
