#include "sigma/cache/memory.hpp"

namespace sigma::cache {

core::Task<bool> MemoryPubSub::publish(std::string channel, std::string message) {
  std::vector<std::shared_ptr<const Listener>> told;
  {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = listeners_.equal_range(channel);
    for (auto entry = begin; entry != end; ++entry) told.push_back(entry->second);
  }
  for (const auto& listener : told) listener->on_message(message);
  co_return !told.empty();
}

void MemoryPubSub::subscribe(std::string channel, Listener listener) {
  const std::lock_guard lock(mutex_);
  listeners_.emplace(std::move(channel), std::make_shared<const Listener>(std::move(listener)));
}

}  // namespace sigma::cache
