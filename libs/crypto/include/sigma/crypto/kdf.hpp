// Keys from passwords and from other keys. The costly ones (all but HKDF) belong on a core::WorkPool.
#pragma once
#include <cstdint>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::crypto {

/// RFC 5869 with SHA-256. `length`: 1 to 8160 bytes; more ends the process, because no input from outside chooses it.
SecretBytes hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info, std::size_t length);

/// RFC 8018 §5.2. `iterations` and `length` at least 1, at most 10'000'000 and 1024; Code::invalid_input otherwise.
core::Result<SecretBytes> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                        std::size_t length);
core::Result<SecretBytes> pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                        std::size_t length);

/// RFC 9106. The default is OWASP's floor (19 MiB, two passes: about 20 ms).
struct Argon2Cost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};
/// `salt`: at least 8 bytes; `length`: at least 4. Code::invalid_input for a cost outside RFC 9106's bounds or above 1
/// GiB.
core::Result<SecretBytes> argon2id(std::string_view password, std::string_view salt, Argon2Cost cost,
                                   std::size_t length);

}  // namespace sigma::crypto
