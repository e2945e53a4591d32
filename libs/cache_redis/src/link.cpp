#include "link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>

namespace sigma::cache_redis {
namespace asio = boost::asio;
using core::Result;
using Clock = std::chrono::steady_clock;

struct Link::Session {
  std::shared_ptr<Connection> connection;
  std::deque<Sent> sent;     ///< oldest first
  std::size_t given_up = 0;  ///< how many at the front nobody waits for
  std::string out;           ///< to be written
  bool writing = false;
};

namespace {

core::Error unavailable(std::string cause) {
  return {core::Code::unavailable, "The cache server cannot be reached.", std::move(cause)};
}

// Between half and all of it, so that replicas do not come back in step.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return pause / 2 + std::chrono::milliseconds(
                         static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(pause.count() / 2 + 1)));
}

}  // namespace

Link::Link(asio::io_context& context, Locate locate, const LinkOptions& options, std::function<void()> changed)
    : context_(context),
      locate_(std::move(locate)),
      options_(options),
      changed_(std::move(changed)),
      timer_(context),
      pause_(context) {}

void Link::start() {
  asio::co_spawn(context_, run(), asio::detached);
}

void Link::stop() {
  stopped_ = true;
  pause_.cancel();
  reconnect();
}

std::size_t Link::in_flight() const {
  return session_ ? session_->sent.size() : 0;
}

core::Task<> Link::run() {
  const auto self = shared_from_this();
  const std::chrono::milliseconds first_pause = options_.max_pause / 20;
  std::chrono::milliseconds pause = first_pause;
  while (!stopped_) {
    auto opened = co_await open();
    if (opened && !stopped_) {
      const auto session = std::make_shared<Session>();
      session->connection = std::move(*opened);
      session_ = session;
      ++connections_;
      last_error_.clear();
      pause = first_pause;
      changed_();
      co_await read(session);
    } else if (!opened) {
      last_error_ = opened.error().cause();
    }
    if (stopped_) break;
    pause_.expires_after(with_jitter(pause));
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    pause = std::min(pause * 2, options_.max_pause);
  }
}

core::Task<Result<std::shared_ptr<Connection>>> Link::open() {
  SIGMA_CO_TRY(Address address, co_await locate_());
  SIGMA_CO_TRY(auto connection, co_await Connection::open(context_, std::move(address), options_.connection));
  if (options_.must_be_master) {
    SIGMA_CO_TRY(const Reply role, co_await connection->ask({"ROLE"}, options_.connection.open_deadline));
    if (role.is_error()) co_return unavailable(fmt::format("{}: ROLE: {}", connection->address().str(), role.text));
    if (role.items.empty() || role.items.front().text != "master")
      co_return unavailable(connection->address().str() + " is not the master");
  }
  co_return connection;
}

core::Task<> Link::read(std::shared_ptr<Session> session) {
  for (;;) {
    Result<Reply> reply = co_await session->connection->read();
    if (!reply) {
      lose(session, reply.error());
      co_return;
    }
    if (session->sent.empty()) {
      lose(session, unavailable("a reply that nobody asked for"));
      co_return;
    }
    const Answer answer = std::move(session->sent.front().answer);
    session->sent.pop_front();
    if (session->given_up > 0) --session->given_up;
    if (answer) answer(std::move(reply));
  }
}

core::Task<> Link::write(std::shared_ptr<Session> session) {
  // What arrives while one batch is being written is the next batch.
  while (!session->out.empty()) {
    const std::string batch = std::exchange(session->out, {});
    if (const auto written = co_await session->connection->write(batch); !written) {
      session->connection->close();  // the reader finds out
      co_return;
    }
  }
  session->writing = false;
}

void Link::send(const Command& command, bool asking, Answer answer) {
  if (!session_) return answer(unavailable(last_error_.empty() ? "not connected yet" : last_error_));
  if (session_->sent.size() + (asking ? 1 : 0) >= options_.max_in_flight) {
    return answer(core::Error{core::Code::overloaded, "The cache server is busy; try again in a moment.",
                              "too many commands in flight"});
  }
  const auto now = Clock::now();
  if (asking) {
    session_->out += encode({"ASKING"});
    session_->sent.push_back({nullptr, now});
  }
  session_->out += encode(command);
  session_->sent.push_back({std::move(answer), now});
  if (!session_->writing) {
    session_->writing = true;
    asio::co_spawn(context_, write(session_), asio::detached);
  }
  watch();
}

void Link::reconnect() {
  // The reader fails what is in flight as soon as it notices.
  if (const auto session = std::exchange(session_, nullptr)) session->connection->close();
}

void Link::lose(const std::shared_ptr<Session>& session, core::Error why) {
  session->connection->close();
  if (session_ == session) session_ = nullptr;
  last_error_ = why.cause();
  const std::deque<Sent> sent = std::exchange(session->sent, {});
  for (const Sent& waiting : sent) {
    if (waiting.answer) waiting.answer(why);
  }
  changed_();
}

// One timer for all: deadlines are equally long, so they pass in the order of sending.
void Link::watch() {
  if (!session_ || session_->sent.empty()) return;
  auto next = session_->sent.front().at + options_.stalled;
  if (session_->given_up < session_->sent.size())
    next = std::min(next, session_->sent[session_->given_up].at + options_.deadline);
  if (watching_ && timer_.expiry() <= next) return;
  watching_ = true;
  timer_.expires_at(next);
  timer_.async_wait([weak = weak_from_this()](http::ErrorCode error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->watching_ = false;
    self->expire();
    self->watch();
  });
}

void Link::expire() {
  const auto session = session_;
  if (!session || session->sent.empty()) return;
  const auto now = Clock::now();
  if (session->sent.front().at + options_.stalled <= now) {
    reconnect();
    return;
  }
  std::vector<Answer> late;
  while (session->given_up < session->sent.size() && session->sent[session->given_up].at + options_.deadline <= now) {
    Answer& answer = session->sent[session->given_up++].answer;
    if (answer) late.push_back(std::exchange(answer, nullptr));
  }
  for (const Answer& answer : late)
    answer(core::Error{core::Code::deadline, "The cache server took too long to answer."});
}

}  // namespace sigma::cache_redis
