// One connection: reads requests, has them answered, writes the answers, one after the other.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <memory>

#include "answer.hpp"
#include "gate.hpp"
#include "read_buffer.hpp"
#include "request_parser.hpp"
#include "sigma/http/stream.hpp"
#include "tracing.hpp"

namespace sigma::http {

class Worker;

/// Lives on one worker's thread, kept alive by its coroutine. Counts as a connection of the fleet while it exists.
class Session : public std::enable_shared_from_this<Session>,
                public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Session(Worker& worker, std::unique_ptr<Stream> stream, const Address& peer);
  ~Session();

  void start();
  /// Closes when idle; otherwise the current answer says `Connection: close`.
  void drain();
  /// Cuts off.
  void close() { stream_->close(); }

 private:
  using Steady = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>,
                                                  boost::asio::io_context::executor_type>;
  enum class Phase { handshake, idle, head, body, handler, writing, closing };

  core::Task<void> serve();
  core::Task<bool> read_proxy_header();
  core::Task<bool> read_exactly(std::span<char> bytes);
  core::Task<bool> serve_request();
  core::Task<bool> read_more();
  core::Task<bool> read_head(std::optional<Refusal>& refusal);
  core::Task<std::optional<Refusal>> read_body();
  core::Task<Response> run_handler();
  core::Task<bool> answer(Response response, bool may_persist);
  core::Task<void> answer_late();
  core::Task<void> linger();

  void begin_request();
  Response refuse(const Refusal& refusal);
  void record(int status, std::size_t body_bytes);

  void enter(Phase phase, std::chrono::milliseconds timeout);
  void set_deadline(Steady::time_point deadline);
  void arm(Steady::time_point now);
  void tick();
  void expire();
  void leave();

  Worker& worker_;
  const Gate& gate_;
  std::unique_ptr<Stream> stream_;
  Peer peer_;
  ReadBuffer input_;
  HeadScanner scanner_;
  RequestParser parser_;
  Request request_;
  Admission admission_;
  std::string head_out_;
  RequestTracer tracer_;

  Timer timer_;
  Phase phase_ = Phase::handshake;
  Steady::time_point entered_;   ///< this phase
  Steady::time_point deadline_;  ///< of this phase
  Steady::time_point armed_ = Steady::time_point::max();
  Steady::time_point head_complete_;
  int coroutines_ = 0;
  bool timed_out_ = false;  ///< reading took too long
  bool late_ = false;       ///< the handler took too long and its answer is not wanted any more
};

}  // namespace sigma::http
