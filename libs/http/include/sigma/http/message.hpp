// Requests and responses in our own words: no Beast header here, so a handler compiles fast and can be called in a
// test without a socket.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigma::http {

enum class Method { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method);

/// Ordered header fields; names compare without case, repeats are kept.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);
  void clear() { fields_.clear(); }
  /// The first value, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool contains(std::string_view name) const { return count(name) > 0; }
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

struct Request {
  Method method = Method::get;
  std::string target;  ///< as received: path and query
  std::string path;    ///< raw path without query, trailing slash removed (but "/" stays)
  std::string query;   ///< raw query without '?'
  Headers headers;
  std::string body;
  std::string remote_address;                                       ///< textual IP of the peer (after trusted proxies)
  std::string request_id;                                           ///< in logs and in the X-Request-Id answer header
  std::map<std::string, std::string, std::less<>> path_parameters;  ///< of "/admin/clients/{id}", percent-decoded

  /// Media type of Content-Type in lower case without parameters; empty when absent.
  std::string content_type() const;
  /// The value of cookie `name`: nothing when absent. A name sent twice counts as absent: whose would it be?
  std::optional<std::string> cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// When set, sent instead of `body`: a pre-rendered answer shared by all requests.
  std::shared_ptr<const std::string> shared_body;
};

}  // namespace sigma::http
