#include "pipeline.hpp"

#include <openssl/ssl.h>

#include <boost/asio/post.hpp>
#include <charconv>

#include "pq_values.hpp"
#include "settings.hpp"
#include "sigma/core/log.hpp"

namespace sigma::store_postgres {
namespace {

using store::LoopAnswer;
using store::LoopStatement;
using store::LoopUse;

/// More than this many unanswered ones would only wait longer than on the threads.
constexpr std::size_t kMaxUnanswered = 1'024;
/// Changes that share a commit, as many as in the commit queue.
constexpr std::size_t kMaxBatch = 32;
constexpr auto kRetry = std::chrono::seconds{1};

/// Blocks. Null when there is no connection to be had; the threads, which need one too, say why.
PqConnection open(const std::string& url, const Options& options) {
  PqConnection connection(PQconnectdb(url.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) return nullptr;
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  const PqResult set_up(PQexec(connection.get(), session_settings(options).c_str()));
  if (PQresultStatus(set_up.get()) != PGRES_COMMAND_OK) return nullptr;
  if (PQsetnonblocking(connection.get(), 1) != 0 || PQenterPipelineMode(connection.get()) != 1) return nullptr;
  return connection;
}

/// Of a TLS record that was larger than the room libpq had for it the rest waits in OpenSSL, where no socket tells of
/// it. Postgres up to 16 writes records of 8 KB, which always fit; servers and proxies after it write larger ones.
bool has_bytes_in_tls(PGconn* connection) {
  auto* const tls = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
  return tls != nullptr && SSL_pending(tls) > 0;
}

std::size_t rows_of(const PGresult* result) {
  if (PQnfields(result) > 0) return static_cast<std::size_t>(PQntuples(result));
  const std::string_view count = PQcmdTuples(const_cast<PGresult*>(result));
  std::size_t rows = 0;
  std::from_chars(count.data(), count.data() + count.size(), rows);
  return rows;
}

}  // namespace

Pipeline::~Pipeline() {
  release();
  count_unanswered(-static_cast<std::ptrdiff_t>(unanswered_));
}

void Pipeline::connect() {
  const bool accepted = origin_->connecting.try_post([&origin = *origin_, weak = weak_from_this(), &loop = loop_] {
    if (origin.ended) return;
    PqConnection connection = open(origin.url, origin.options);
    boost::asio::post(loop, [weak, connection = std::move(connection)]() mutable {
      if (const auto self = weak.lock()) self->connected(std::move(connection));
    });
  });
  if (!accepted) connected(nullptr);
}

void Pipeline::end() {
  origin_->ended = true;
  origin_->connecting.stop();
}

void Pipeline::connected(PqConnection connection) {
  if (!connection) {
    retry_.expires_after(kRetry);
    retry_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self) self->connect();
    });
    return;
  }
  connection_ = std::move(connection);
  counts_.connections.fetch_add(1, std::memory_order_relaxed);
  prepared_.clear();
  boost::system::error_code error;
  socket_.assign(PQsocket(connection_.get()), error);
  if (error) return lose();
  wait_for_answers();
}

bool Pipeline::ready() const {
  return connection_ != nullptr && unanswered_ < kMaxUnanswered;
}

std::optional<std::chrono::steady_clock::time_point> Pipeline::busy_since() const {
  if (use_ == LoopUse::reads || sent_.empty()) return std::nullopt;
  return sent_.front().sent_at;
}

void Pipeline::execute(LoopStatement statement) {
  waiting_.push_back(std::move(statement));
  count_unanswered(1);
  send_soon();
}

void Pipeline::send_soon() {
  if (sending_soon_) return;
  sending_soon_ = true;
  boost::asio::post(loop_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->send();
  });
}

void Pipeline::send() {
  sending_soon_ = false;
  const bool must_wait = use_ == LoopUse::writes && !sent_.empty();
  if (!connection_ || waiting_.empty() || must_wait) return;
  Batch& batch = sent_.emplace_back();
  const auto first = waiting_.begin(), last = first + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMaxBatch));
  batch.statements.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  waiting_.erase(first, last);
  if (use_ == LoopUse::writes) {  // whoever writes the same things, in whichever loop, locks them in the same order
    std::sort(batch.statements.begin(), batch.statements.end(),
              [](const auto& a, const auto& b) { return a.key < b.key; });
  }
  if (!send(batch)) return lose();
  flush();
  if (!waiting_.empty()) send_soon();
}

bool Pipeline::send(Batch& batch) {
  for (std::size_t i = 0; i < batch.statements.size(); ++i) {
    const store::sql::Query& query = *batch.statements[i].query;
    if (prepared_.size() <= query.id()) prepared_.resize(query.id() + 1);
    if (!prepared_[query.id()]) {
      const std::string& text = query.text(store::sql::Dialect::postgres);
      if (PQsendPrepare(connection_.get(), statement_name(query).c_str(), text.c_str(), 0, nullptr) != 1) return false;
      prepared_[query.id()] = true;
      batch.steps.push_back({i, true});
    }
    if (!send(batch.statements[i])) return false;
    batch.steps.push_back({i, false});
  }
  return PQpipelineSync(connection_.get()) == 1;
}

bool Pipeline::send(const LoopStatement& statement) {
  const PqParams params(statement.params);
  constexpr int kBinary = 1;
  return PQsendQueryPrepared(connection_.get(), statement_name(*statement.query).c_str(), params.count(),
                             params.values(), params.lengths(), params.formats(), kBinary) == 1;
}

void Pipeline::flush() {
  if (flushing_) return;
  const int left = PQflush(connection_.get());
  if (left < 0) return lose();
  if (left == 0) return;
  flushing_ = true;
  socket_.async_wait(Socket::wait_write, [weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || !self->connection_) return;
    self->flushing_ = false;
    self->flush();
  });
}

void Pipeline::wait_for_answers() {
  socket_.async_wait(Socket::wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self && self->connection_) self->read();
  });
}

void Pipeline::read() {
  if (PQconsumeInput(connection_.get()) != 1) return lose();
  while (connection_ && !sent_.empty() && PQisBusy(connection_.get()) == 0)
    take(PqResult(PQgetResult(connection_.get())));
  if (!connection_) return;
  // Answers that nobody waits for: the server says why it ends the connection.
  if (sent_.empty() && PQisBusy(connection_.get()) == 0) {
    if (const PqResult unasked(PQgetResult(connection_.get())); unasked) return lose();
  }
  if (has_bytes_in_tls(connection_.get())) return read_soon();
  wait_for_answers();
}

void Pipeline::read_soon() {
  boost::asio::post(loop_, [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && self->connection_) self->read();
  });
}

void Pipeline::take(PqResult result) {
  Batch& batch = sent_.front();
  if (!result) {                                            // the end of one step
    if (++batch.answered > batch.steps.size() + 1) lose();  // a dead connection answers nothing without end
    return;
  }
  switch (PQresultStatus(result.get())) {
    case PGRES_PIPELINE_SYNC: {
      Batch complete = std::move(batch);
      sent_.pop_front();
      return finish(std::move(complete));
    }
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      if (batch.answered < batch.steps.size()) batch.steps[batch.answered].result = std::move(result);
      return;
    default: {
      const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      batch.failed = true;
      batch.lost |= state != nullptr && (means_lost(state) || means_read_only(state));
    }
  }
}

void Pipeline::finish(Batch batch) {
  send_soon();
  for (Step& step : batch.steps) {
    LoopStatement& statement = batch.statements[step.statement];
    if (step.prepares) {
      if (!step.result) prepared_[statement.query->id()] = false;
    } else {
      answer(statement, batch.failed ? nullptr : step.result.get());
    }
  }
  if (batch.lost) lose();
}

void Pipeline::answer(LoopStatement& statement, const PGresult* result) {
  count_unanswered(-1);
  LoopAnswer answer;
  if (result != nullptr) {
    try {
      visit_rows(*result, *statement.visit);
      answer = {LoopAnswer::Outcome::done, rows_of(result)};
    } catch (const std::exception&) {
      answer = {};  // a malformed row: the threads read it again and say so
    }
  }
  statement.waiter->take(answer);
}

void Pipeline::lose() {
  core::log::warn("database_connection_lost",
                  {{"use", use_ == LoopUse::reads ? "reads" : "writes"},
                   {"cause", connection_ ? std::string_view(PQerrorMessage(connection_.get())) : ""}});
  release();
  std::deque<Batch> sent = std::exchange(sent_, {});
  std::vector<LoopStatement> waiting = std::exchange(waiting_, {});
  count_unanswered(-static_cast<std::ptrdiff_t>(unanswered_));
  connected(nullptr);
  const auto under_way = use_ == LoopUse::writes ? LoopAnswer::Outcome::in_doubt : LoopAnswer::Outcome::not_done;
  for (Batch& batch : sent) {
    for (LoopStatement& statement : batch.statements) statement.waiter->take({under_way, 0});
  }
  for (LoopStatement& statement : waiting) statement.waiter->take({});
}

void Pipeline::release() {
  if (socket_.is_open()) socket_.release();
  if (connection_) counts_.connections.fetch_sub(1, std::memory_order_relaxed);
  connection_.reset();
  flushing_ = false;
}

void Pipeline::count_unanswered(std::ptrdiff_t change) {
  unanswered_ += static_cast<std::size_t>(change);
  counts_.waiting.fetch_add(change, std::memory_order_relaxed);
}

}  // namespace sigma::store_postgres
