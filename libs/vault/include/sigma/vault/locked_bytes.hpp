#pragma once
#include <cstdint>
#include <string_view>

#include "sigma/core/random.hpp"

namespace sigma::vault {

/// Bytes in pages of their own that are locked (never swapped), left out of core dumps and forks, and overwritten when
/// they go away. For the few secrets that stay for as long as a vault is open; a page or more each.
class LockedBytes {
 public:
  LockedBytes() = default;
  explicit LockedBytes(std::string_view bytes);
  /// `size` zero bytes, to be written through data().
  static LockedBytes zeros(std::size_t size);
  static LockedBytes random(std::size_t size, core::Random& random);

  LockedBytes(LockedBytes&& other) noexcept;
  LockedBytes& operator=(LockedBytes&& other) noexcept;
  LockedBytes(const LockedBytes&) = delete;
  LockedBytes& operator=(const LockedBytes&) = delete;
  ~LockedBytes();

  LockedBytes clone() const { return LockedBytes(view()); }
  /// Valid until this object is moved from or destroyed.
  std::string_view view() const { return {static_cast<const char*>(pages_), size_}; }
  std::uint8_t* data() { return static_cast<std::uint8_t*>(pages_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  void release();

  void* pages_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

/// True when this process may lock memory (RLIMIT_MEMLOCK); without it secrets still work but may be swapped.
bool memory_can_be_locked();

}  // namespace sigma::vault
