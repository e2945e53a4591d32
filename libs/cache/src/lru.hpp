#pragma once
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sigma::cache {

/// Values by key in order of use. Not thread-safe.
template <class Value>
class Lru {
 public:
  struct Entry {
    std::string key;
    Value value;
  };

  /// Makes it the most recently used; nullptr when absent.
  Value* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->value;
  }
  /// `key` must be absent.
  Value& insert(std::string key, Value value) {
    order_.push_front({std::move(key), std::move(value)});
    index_.emplace(order_.front().key, order_.begin());
    return order_.front().value;
  }
  void erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);  // its key is a view into the entry
    order_.erase(entry);
  }
  const Entry& oldest() const { return order_.back(); }
  std::size_t size() const { return order_.size(); }

 private:
  std::list<Entry> order_;  ///< most recently used first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace sigma::cache
