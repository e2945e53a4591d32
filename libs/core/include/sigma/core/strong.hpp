#pragma once
#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace sigma::core {

/// A string that cannot be mistaken for another kind of string: struct ClientIdTag; using ClientId =
/// Strong<ClientIdTag>.
template <class Tag>
class Strong {
 public:
  Strong() = default;
  explicit Strong(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Strong&) const = default;

 private:
  std::string value_;
};

}  // namespace sigma::core

template <class Tag>
struct std::hash<sigma::core::Strong<Tag>> {
  std::size_t operator()(const sigma::core::Strong<Tag>& id) const { return std::hash<std::string>{}(id.str()); }
};
