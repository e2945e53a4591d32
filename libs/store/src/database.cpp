#include "sigma/store/database.hpp"

#include <pthread.h>

namespace sigma::store {
namespace {

constexpr int kMaxReadAttempts = 3;

}  // namespace

core::Result<std::unique_ptr<sql::Connection>> ReadConnections::take() {
  for (;;) {
    std::unique_ptr<sql::Connection> connection;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) break;
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    if (connection->is_usable()) return connection;
  }
  return connector_.open();
}

void ReadConnections::give_back(std::unique_ptr<sql::Connection> connection) {
  if (sql::ends_connection(connection->last_failure())) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

Database::Database(sql::Connector connector, DatabaseOptions options)
    : connector_(std::move(connector)),
      read_connections_(connector_),
      readers_("db-read", options.read_workers, options.max_queued_reads),
      max_wait_(options.max_wait),
      commit_queue_(options.max_queued_writes, options.max_batch) {
  const std::size_t writers = std::min(options.write_workers, connector_.max_writers);
  for (std::size_t i = 0; i < writers; ++i) {
    writers_.emplace_back([this] { CommitWorker(connector_).serve(commit_queue_); });
    pthread_setname_np(writers_.back().native_handle(), "db-write");
  }
}

Database::~Database() {
  stop();
}

void Database::stop() {
  readers_.stop();
  commit_queue_.stop();
  for (auto& writer : writers_) {
    if (writer.joinable()) writer.join();
  }
}

bool Database::may_repeat_read(sql::Failure failure, int attempt) {
  const bool hopeless = failure == sql::Failure::none || failure == sql::Failure::statement;
  return !hopeless && attempt < kMaxReadAttempts;
}

}  // namespace sigma::store
