// Reads members of one JSON object and collects every fault, so that one answer shows all of them.
#pragma once
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"

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
  /// One of `choices`; empty when absent or faulty.
  std::string choice(std::string_view name, std::span<const std::string_view> choices);

  void fault(std::string_view name, std::string_view what) {
    faults_.push_back({std::string(name), std::string(what)});
  }
  bool knows(std::string_view name) const { return known_.contains(name); }
  /// Every member that nobody asked for is a fault that names the nearest of those asked for.
  void refuse_unknown();
  const std::vector<MetadataFault>& faults() const { return faults_; }

 private:
  const core::Json& json_;
  std::set<std::string, std::less<>> known_;
  std::vector<MetadataFault> faults_;
};

}  // namespace sigma::oauth
