// One connection in libpq's pipeline mode, driven by an event loop.
#pragma once
#include <libpq-fe.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <vector>

#include "sigma/core/work_pool.hpp"
#include "sigma/store/loop_connection.hpp"
#include "sigma/store/loop_counts.hpp"
#include "sigma/store_postgres/connector.hpp"

namespace sigma::store_postgres {

struct FreePq {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using PqConnection = std::unique_ptr<PGconn, FreePq>;
using PqResult = std::unique_ptr<PGresult, FreePq>;

/// Statements wait until the loop has run everything that is ready, then leave as one batch, which is one transaction
/// and ends with a Sync. Reads do not wait for the batch before; writes do, and so share the next one's commit.
/// What fails takes its whole batch along: not_done, each statement is repeated elsewhere by itself.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  struct Origin {
    std::string url;
    Options options;
    std::shared_ptr<store::LoopCounts> counts;
    std::atomic<bool> ended{false};
    core::WorkPool connecting{"db-connect", 1, 1024};  ///< connecting blocks
  };

  Pipeline(boost::asio::io_context& loop, store::LoopUse use, std::shared_ptr<Origin> origin)
      : loop_(loop),
        use_(use),
        origin_(std::move(origin)),
        counts_(use == store::LoopUse::reads ? origin_->counts->reads : origin_->counts->writes),
        socket_(loop),
        retry_(loop) {}
  ~Pipeline();

  void connect();
  /// No connection is made any more, by any pipeline of the origin: their loops end.
  void end();
  bool ready() const;
  std::optional<std::chrono::steady_clock::time_point> busy_since() const;
  void execute(store::LoopStatement statement);

 private:
  using Socket = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  /// What a batch asked for, in the order of the answers: a statement or its preparation.
  struct Step {
    std::size_t statement;
    bool prepares;
    PqResult result = nullptr;
  };
  struct Batch {
    std::vector<store::LoopStatement> statements;
    std::vector<Step> steps;
    std::chrono::steady_clock::time_point sent_at = std::chrono::steady_clock::now();
    std::size_t answered = 0;  ///< steps
    bool failed = false;
    bool lost = false;  ///< failed in a way that says: use another connection
  };

  void connected(PqConnection connection);
  void send_soon();
  void send();
  bool send(Batch& batch);
  bool send(const store::LoopStatement& statement);
  void flush();
  void wait_for_answers();
  void read();
  void read_soon();
  void take(PqResult result);
  void finish(Batch batch);
  void answer(store::LoopStatement& statement, const PGresult* result);
  /// Gives the connection up: nobody knows what became of the changes under way.
  void lose();
  void release();
  void count_unanswered(std::ptrdiff_t change);

  boost::asio::io_context& loop_;
  const store::LoopUse use_;
  const std::shared_ptr<Origin> origin_;
  store::LoopCounts::Use& counts_;
  Socket socket_;  ///< libpq's own; never closed by us
  Timer retry_;
  PqConnection connection_;
  std::vector<bool> prepared_;  ///< by Query::id
  std::vector<store::LoopStatement> waiting_;
  std::deque<Batch> sent_;
  std::size_t unanswered_ = 0;  ///< statements in both
  bool sending_soon_ = false;
  bool flushing_ = false;
};

}  // namespace sigma::store_postgres
