// A blocking client that sends exactly the bytes it is given.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigma::http::testing {

struct RawAnswer {
  int status = 0;                                           ///< 0: there was no (whole) answer
  std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
  std::string body;

  /// The value of the only field of that name; "" when absent, "<repeated>" when there are several.
  std::string field(std::string_view name) const;
  bool has(std::string_view name) const;
  explicit operator bool() const { return status != 0; }
};

/// Every wait ends after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return descriptor_ >= 0; }
  /// False when the peer has closed or reset.
  bool send(std::string_view bytes);
  void finish_sending();
  /// One answer; status 0 when the connection ends or goes silent before it is complete. `head`: no body follows.
  RawAnswer receive(bool head = false);
  /// True when the server closes (or resets) without sending anything more.
  bool closed_by_server();
  /// Whether bytes have arrived that receive() has not used yet, within `wait`.
  bool readable(std::chrono::milliseconds wait);

 private:
  bool read_some();

  int descriptor_ = -1;
  std::string received_;
};

}  // namespace sigma::http::testing
