#pragma once
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <memory>
#include <string_view>

namespace sigma::http {

/// Received bytes that nobody has used yet. Starts small (idle connections are many) and grows up to its bound. What
/// was used is overwritten: passwords and tokens do not lie about for as long as a connection idles.
class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t max_bytes) : max_(max_bytes) {}

  std::string_view data() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t bytes) {
    std::memset(bytes_.get() + begin_, 0, bytes);
    begin_ += bytes;
    if (empty()) begin_ = end_ = 0;
  }
  /// Room for more; empty when the bound is reached.
  boost::asio::mutable_buffer prepare() {
    if (end_ == capacity_) make_room();
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t bytes) { end_ += bytes; }

 private:
  void make_room() {
    const std::size_t used = end_ - begin_;
    if (begin_ == 0 && capacity_ < max_) {
      constexpr std::size_t kFirst = 4096;
      const std::size_t larger = std::min(max_, std::max(kFirst, capacity_ * 2));
      auto bytes = std::make_unique_for_overwrite<char[]>(larger);
      if (used > 0) std::memcpy(bytes.get(), bytes_.get(), used);
      bytes_ = std::move(bytes);
      capacity_ = larger;
    } else if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
      begin_ = 0;
      end_ = used;
    }
  }

  std::size_t max_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sigma::http
