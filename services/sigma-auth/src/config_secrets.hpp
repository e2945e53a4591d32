// Secrets of the configuration: given, read from a file, or made once in the data directory.
#pragma once
#include <filesystem>
#include <string>

#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/secret_bytes.hpp"

namespace sigma::service {

inline constexpr std::size_t kMinSecretBytes = 32;

/// Makes `dir` and its parents; `dir` itself is 0700 when it is new. Code::unavailable when it cannot be.
core::Result<void> make_private_dir(const std::filesystem::path& dir);

/// The text behind an open descriptor, at most 64 KB, without the line end. `name` is for messages.
core::Result<crypto::SecretBytes> read_secret(int descriptor, std::string_view name);
/// The text of a file of at most 64 KB, without the line end. The error's description completes "SIGMA_X_FILE …".
core::Result<crypto::SecretBytes> read_secret_file(const std::filesystem::path& file);

/// The secret in `file`; when there is none, 32 random bytes in hex are put there first (0600, never half written: of
/// several processes that start at once, one makes it and all read it). A file that others may read is an error.
core::Result<crypto::SecretBytes> read_or_make_secret(const std::filesystem::path& file, core::Random& random);

}  // namespace sigma::service
