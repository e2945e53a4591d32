#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sigma/core/random.hpp"

namespace sigma::crypto {

/// Overwrites the whole buffer of `text` (also what lies behind its end) and empties it.
void wipe(std::string& text);

/// Bytes that are overwritten when they go away. Moving hands the buffer over without leaving a copy; a copy must be
/// asked for with clone(). Has no formatter on purpose: it cannot be logged by accident.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes);
  /// `size` zero bytes, to be written through data().
  static SecretBytes zeros(std::size_t size);
  static SecretBytes random(std::size_t size, core::Random& random);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes clone() const { return SecretBytes(view()); }
  /// Valid until this object is moved from or destroyed.
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }
  std::uint8_t* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Drops what lies behind `size` (wiped); `size` must not be above size().
  void shrink(std::size_t size);

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace sigma::crypto
