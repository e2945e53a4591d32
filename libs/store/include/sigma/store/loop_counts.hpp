// What the connections of event loops have to do: for who watches the server.
#pragma once
#include <atomic>
#include <cstdint>

namespace sigma::store {

struct LoopCounts {
  struct Use {
    std::atomic<std::int64_t> connections{0};  ///< open
    std::atomic<std::int64_t> waiting{0};      ///< statements that have no answer yet
  };
  Use reads, writes;
};

}  // namespace sigma::store
