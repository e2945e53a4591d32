// Reads members of one JSON object and collects every fault, so that one answer shows all of them.
#pragma once
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"

namespace sigma::oauth {

class JsonReader {
 public:
  /// `json` is an object and outlives the reader.
  explicit JsonReader(const core::Json& json) : json_(json) {}

  /// Null when absent. Marks the name as known.
  const core::Json* member(std::string_view name);
  /// Empty when absent or faulty; at most `max` characters.
  std::string text(std::string_view name, std::size_t max);
  bool flag(std::string_view name, bool otherwise);
  /// Strings, none doubled, at most `max_count` of at most `max_size` characters; empty when absent or faulty.
  std::vector<std::string> texts(std::string_view name, std::size_t max_count, std::size_t max_size);

  void fault(std::string_view name, std::string_view what) { faults_.push_back(fmt::format("{} {}", name, what)); }
  /// Every member that nobody asked for is a fault that names the nearest of those asked for.
  void refuse_unknown();
  /// Code::invalid_input with all faults, or nothing.
  core::Result<void> outcome() const;

 private:
  const core::Json& json_;
  std::set<std::string, std::less<>> known_;
  std::vector<std::string> faults_;
};

}  // namespace sigma::oauth
