#include "sigma/store/loop_access.hpp"

namespace sigma::store {
namespace {

std::atomic<const LoopAccess*> the_one{nullptr};

}  // namespace

LoopAccess::LoopAccess(const Database& database, LoopConnector connector)
    : database_(database), connector_(std::move(connector)) {
  the_one = this;
}

LoopAccess::~LoopAccess() {
  the_one = nullptr;
}

const LoopAccess* LoopAccess::to(const Database& database) {
  const LoopAccess* const access = the_one.load(std::memory_order_acquire);
  return access != nullptr && &access->database_ == &database ? access : nullptr;
}

}  // namespace sigma::store
