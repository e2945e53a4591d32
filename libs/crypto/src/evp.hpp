// Owning handles for OpenSSL objects. Private to this library.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"

namespace sigma::crypto {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Bignum = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;

/// Ends the process: for failures that leave nothing trustworthy to return (no memory, no entropy, broken provider).
[[noreturn]] void die(const char* what);

/// The oldest entry of OpenSSL's error queue as text, and an empty queue.
std::string take_openssl_error();

/// Code::internal with OpenSSL's reason as its private cause.
core::Error openssl_failure(std::string_view what);

inline const unsigned char* bytes(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}
inline unsigned char* bytes(std::string& data) {
  return reinterpret_cast<unsigned char*>(data.data());
}

}  // namespace sigma::crypto
