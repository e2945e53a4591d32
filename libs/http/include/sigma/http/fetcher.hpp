// Outbound HTTP as the domain sees it.
#pragma once
#include <cstdint>
#include <string>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::http {

struct FetchRequest {
  Method method = Method::get;
  std::string url;  ///< "https://host[:port]/path?query"; no user information
  Headers headers;  ///< Host, Content-Length and Connection are added
  std::string body;
  /// A request of another method than GET or HEAD that only reads: it may be sent twice, so it may go out on a
  /// connection that was kept.
  bool repeatable = false;
  std::size_t body_limit = SIZE_MAX;  ///< bytes of the answer's body, where less than the fetcher's own limit is enough
};

class Fetcher {
 public:
  virtual ~Fetcher() = default;

  /// The peer's answer, whatever its status; a redirect is an answer and is not followed.
  /// Code::invalid_input for a URL or header that cannot be sent and for an answer that is too large, forbidden for an
  /// address that must not be reached, deadline, overloaded, and unavailable for everything the network or the peer did
  /// wrong.
  virtual core::Task<core::Result<Response>> fetch(FetchRequest request) = 0;
};

}  // namespace sigma::http
