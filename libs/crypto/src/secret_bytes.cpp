#include "sigma/crypto/secret_bytes.hpp"

#include <openssl/crypto.h>

namespace sigma::crypto {

void wipe(std::string& text) {
  text.resize(text.capacity());  // no allocation: makes the whole buffer ours to write
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

SecretBytes::SecretBytes(std::string_view bytes) : SecretBytes(zeros(bytes.size())) {
  std::ranges::copy(bytes, bytes_.get());
}

SecretBytes SecretBytes::zeros(std::size_t size) {
  SecretBytes out;
  out.bytes_ = std::make_unique<std::uint8_t[]>(size);
  out.size_ = size;
  return out;
}

SecretBytes SecretBytes::random(std::size_t size, core::Random& random) {
  SecretBytes out = zeros(size);
  random.fill({out.data(), size});
  return out;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    shrink(0);
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  shrink(0);
}

void SecretBytes::shrink(std::size_t size) {
  if (size_ > size) OPENSSL_cleanse(bytes_.get() + size, size_ - size);
  size_ = size;
}

}  // namespace sigma::crypto
