// Statements without a thread of their own: an event loop has connections of its own and sends them itself. What one
// round trip can say needs no change of threads, and what many coroutines of a loop ask at the same time travels
// together.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "sigma/store/database.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store {

struct LoopAnswer {
  enum class Outcome {
    done,      ///< answered; a change is committed
    not_done,  ///< certainly not: the same statement may be run elsewhere
    in_doubt,  ///< a change that may have been committed, or not
  };
  Outcome outcome = Outcome::not_done;
  std::size_t rows = 0;  ///< returned, or changed when the statement returns none
};

/// Whoever waits for an answer. Gets one, on the loop, or none when the loop ends first.
class LoopWaiter {
 public:
  virtual ~LoopWaiter() = default;
  virtual void take(LoopAnswer answer) = 0;
};

/// One statement, a transaction by itself as far as it can tell: others may share it. All that it refers to stays where
/// it is until the waiter has its answer.
struct LoopStatement {
  const sql::Query* query = nullptr;
  std::span<const sql::Param> params = {};
  const sql::RowVisitor* visit = nullptr;
  std::string_view key = {};  ///< what a change contends for (WriteTraits::key)
  std::unique_ptr<LoopWaiter> waiter = {};
};

/// A connection of one event loop, used on its thread only.
class LoopConnection {
 public:
  virtual ~LoopConnection() = default;
  /// False while there is no connection, and when too much waits for it: ask another one.
  virtual bool ready() const = 0;
  /// Since when a statement would have to wait for others; nothing: it leaves at once.
  virtual std::optional<std::chrono::steady_clock::time_point> busy_since() const = 0;
  /// Only when ready(). Answers later.
  virtual void execute(LoopStatement statement) = 0;
};

enum class LoopUse { reads, writes };
using LoopConnector = std::function<std::unique_ptr<LoopConnection>(boost::asio::io_context&, LoopUse)>;

/// Gives `loop` connections to `database`, before it runs and once. They live as long as the loop.
void attach(boost::asio::io_context& loop, const Database& database, const LoopConnector& connector);

}  // namespace sigma::store
