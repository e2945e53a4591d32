#include "loop_statements.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include "sigma/store/loop_access.hpp"
#include "unknown_outcome.hpp"

namespace sigma::store {
namespace asio = boost::asio;
namespace {

using Outcome = LoopAnswer::Outcome;

/// A commit waits for the disk, and a connection has one at a time. What is ready meanwhile goes out on another one: so
/// it is there when Postgres writes the next time, instead of after that.
constexpr std::size_t kWriteConnections = 2;

/// The connections of a loop.
class LoopService final : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;  // NOLINT: the name that Asio asks for

  explicit LoopService(asio::execution_context& loop) : service(loop) {}
  void open(asio::io_context& loop, const Database& database, const LoopConnector& connector) {
    database_ = &database;
    reads_ = connector(loop, LoopUse::reads);
    for (std::size_t i = 0; i < kWriteConnections; ++i) writes_.push_back(connector(loop, LoopUse::writes));
  }
  /// One that is ready, if there is one.
  LoopConnection* find(const Database& database, LoopUse use) const {
    if (&database != database_) return nullptr;
    if (use == LoopUse::reads) return reads_->ready() ? reads_.get() : nullptr;
    LoopConnection* best = nullptr;
    for (const auto& each : writes_) {
      if (!each->ready()) continue;
      if (!each->busy_since()) return each.get();
      if (best == nullptr || each->busy_since() < best->busy_since()) best = each.get();
    }
    return best;
  }

 private:
  void shutdown() override {
    reads_.reset();
    writes_.clear();
  }

  const Database* database_ = nullptr;
  std::unique_ptr<LoopConnection> reads_;
  std::vector<std::unique_ptr<LoopConnection>> writes_;
};

asio::execution_context::id LoopService::id;

template <class Handler>
class HandlerWaiter final : public LoopWaiter {
 public:
  explicit HandlerWaiter(Handler handler) : handler_(std::move(handler)) {}
  void take(LoopAnswer answer) override { std::move(handler_)(answer); }

 private:
  Handler handler_;
};

LoopConnection* ready_connection(const asio::any_io_executor& executor, const Database& database, LoopUse use) {
  auto& loop = asio::query(executor, asio::execution::context);
  if (!asio::has_service<LoopService>(loop)) {
    const LoopAccess* const access = LoopAccess::to(database);
    if (access == nullptr) return nullptr;
    access->open(static_cast<asio::io_context&>(loop));
  }
  return asio::use_service<LoopService>(loop).find(database, use);
}

}  // namespace

void attach(asio::io_context& loop, const Database& database, const LoopConnector& connector) {
  asio::use_service<LoopService>(loop).open(loop, database, connector);
}

Task<LoopAnswer> execute_on_loop(const Database& database, LoopUse use, LoopStatement statement) {
  LoopConnection* const connection = ready_connection(co_await asio::this_coro::executor, database, use);
  if (connection == nullptr) co_return LoopAnswer{};
  const auto initiate = [connection](auto handler, LoopStatement begun) {
    begun.waiter = std::make_unique<HandlerWaiter<decltype(handler)>>(std::move(handler));
    connection->execute(std::move(begun));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(LoopAnswer)>(
      initiate, asio::use_awaitable, std::move(statement));
}

Task<Result<std::optional<std::size_t>>> change_on_loop(const Database& database, std::string_view key,
                                                        const Query& query, Params params) {
  static const sql::RowVisitor kNoRows = [](const sql::Row&) {};
  LoopStatement statement{.query = &query, .params = params, .visit = &kNoRows, .key = key};
  const LoopAnswer answer = co_await execute_on_loop(database, LoopUse::writes, std::move(statement));
  if (answer.outcome == Outcome::in_doubt) co_return unknown_outcome("the connection was lost while committing");
  if (answer.outcome == Outcome::not_done) co_return std::optional<std::size_t>{};
  co_return std::optional(answer.rows);
}

}  // namespace sigma::store
