#pragma once
#include "sigma/store/loop_connection.hpp"

namespace sigma::store {

/// While it lives, every event loop that asks `database` gets connections of its own, with its first statement. One in
/// a process; outlives the loops.
class LoopAccess {
 public:
  LoopAccess(const Database& database, LoopConnector connector);
  ~LoopAccess();
  LoopAccess(const LoopAccess&) = delete;
  LoopAccess& operator=(const LoopAccess&) = delete;

  /// Nothing where nobody has opened it.
  static const LoopAccess* to(const Database& database);
  void open(boost::asio::io_context& loop) const { attach(loop, database_, connector_); }

 private:
  const Database& database_;
  const LoopConnector connector_;
};

}  // namespace sigma::store
