#include "sigma/store/connection_use.hpp"

namespace sigma::store {
namespace {

class CountedConnection final : public sql::Connection {
 public:
  CountedConnection(std::unique_ptr<sql::Connection> connection, std::shared_ptr<ConnectionUse> use)
      : connection_(std::move(connection)), use_(std::move(use)) {
    use_->open.fetch_add(1, std::memory_order_relaxed);
  }
  ~CountedConnection() override {
    set_busy(false);
    use_->open.fetch_sub(1, std::memory_order_relaxed);
  }

  sql::Dialect dialect() const override { return connection_->dialect(); }
  core::Result<std::size_t> execute(const sql::Query& query, std::span<const sql::Param> params,
                                    const sql::RowVisitor& visit) override {
    return while_busy([&] { return connection_->execute(query, params, visit); });
  }
  core::Result<void> execute_script(const std::string& script) override {
    return while_busy([&] { return connection_->execute_script(script); });
  }
  core::Result<void> begin() override {
    set_busy(true);
    auto begun = connection_->begin();
    if (!begun) set_busy(false);
    return begun;
  }
  core::Result<void> commit() override {
    auto committed = connection_->commit();
    set_busy(false);
    return committed;
  }
  void rollback() noexcept override {
    connection_->rollback();
    set_busy(false);
  }
  bool prefers_autocommit() const override { return connection_->prefers_autocommit(); }
  bool is_usable() override { return connection_->is_usable(); }
  sql::Failure last_failure() const override { return connection_->last_failure(); }

 private:
  void set_busy(bool busy) noexcept {
    if (busy == busy_) return;
    busy_ = busy;
    use_->busy.fetch_add(busy ? 1 : -1, std::memory_order_relaxed);
  }

  // Within a transaction it was busy before and stays so.
  auto while_busy(const auto& statement) -> decltype(statement()) {
    const bool alone = !busy_;
    set_busy(true);
    auto answer = statement();
    if (alone) set_busy(false);
    return answer;
  }

  const std::unique_ptr<sql::Connection> connection_;
  const std::shared_ptr<ConnectionUse> use_;
  bool busy_ = false;
};

}  // namespace

sql::Connector counted(sql::Connector connector, std::shared_ptr<ConnectionUse> use) {
  connector.open = [open = std::move(connector.open),
                    use = std::move(use)]() -> core::Result<std::unique_ptr<sql::Connection>> {
    SIGMA_TRY(auto connection, open());
    return std::unique_ptr<sql::Connection>(std::make_unique<CountedConnection>(std::move(connection), use));
  };
  return connector;
}

}  // namespace sigma::store
