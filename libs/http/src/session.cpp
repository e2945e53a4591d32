#include "session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "proxy_protocol.hpp"
#include "sigma/core/log.hpp"
#include "text.hpp"
#include "worker.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace log = core::log;
namespace {

using namespace std::chrono_literals;

constexpr Refusal kTooSlow{408, "The request took too long to arrive."};
constexpr Refusal kBodyTooLarge{413, "The request body is too large."};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// How long a closed connection may still take in what is in flight, lest a reset destroy our last answer.
constexpr auto kLinger = 1000ms;
/// A connection used so recently may have its next request under way when the server drains.
constexpr auto kDrainGrace = 1000ms;

std::chrono::milliseconds shortest(const Limits& limits) {
  return std::min(
      {limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout, limits.request_timeout});
}

}  // namespace

Session::Session(Worker& worker, std::unique_ptr<Stream> stream, const Address& peer)
    : worker_(worker),
      gate_(worker.fleet().gate()),
      stream_(std::move(stream)),
      peer_(gate_.peer(peer)),
      input_(std::max<std::size_t>(gate_.limits().header_bytes, 4096)),
      scanner_(gate_.limits().header_bytes, gate_.limits().header_fields),
      tracer_(gate_.options()),
      timer_(worker.context()) {}

Session::~Session() {
  worker_.connection_left();
  worker_.fleet().remove_connection();
}

void Session::start() {
  enter(Phase::handshake, gate_.limits().header_timeout);
  ++coroutines_;
  asio::co_spawn(tracer_.executor(worker_.context().get_executor()), serve(),
                 [self = shared_from_this()](std::exception_ptr) { self->leave(); });
}

void Session::leave() {
  if (--coroutines_ > 0) return;
  timer_.cancel();
  stream_->close();
}

core::Task<bool> Session::read_exactly(std::span<char> bytes) {
  while (!bytes.empty()) {
    const auto [error, count] = co_await await_io([this, bytes](Stream::Handler handler) {
      stream_->socket().async_read_some(asio::buffer(bytes.data(), bytes.size()), std::move(handler));
    });
    if (error) co_return false;
    bytes = bytes.subspan(count);
  }
  co_return true;
}

// As many bytes as are announced, below TLS: what follows the header belongs to the stream.
core::Task<bool> Session::read_proxy_header() {
  std::array<char, kProxyPrefixBytes + kMaxProxyRestBytes> buffer;
  const auto bytes = std::span(buffer);
  const auto refuse_header = [this](const core::Error& error) {
    log::warn("proxy_header_refused", {{"peer", peer_.text}, {"cause", error.cause()}});
    return false;
  };
  if (!co_await read_exactly(bytes.first(kProxyPrefixBytes))) co_return false;
  const std::string_view prefix(buffer.data(), kProxyPrefixBytes);
  const auto rest = parse_proxy_prefix(prefix);
  if (!rest) co_return refuse_header(rest.error());
  if (!co_await read_exactly(bytes.subspan(kProxyPrefixBytes, *rest))) co_return false;
  const auto source = parse_proxy_source(prefix, {buffer.data() + kProxyPrefixBytes, *rest});
  if (!source) co_return refuse_header(source.error());
  // A proxy that passes bytes on writes no header fields: X-Forwarded-For would be the client's own words.
  peer_.trusted_proxy = false;
  if (*source) peer_ = gate_.peer(**source);
  co_return true;
}

core::Task<void> Session::serve() {
  if (gate_.expects_proxy_header(peer_) && !co_await read_proxy_header()) co_return;
  const auto [error, bytes] =
      co_await await_io([this](Stream::Handler handler) { stream_->async_handshake(std::move(handler)); });
  if (error) co_return;
  enter(Phase::head, gate_.limits().header_timeout);
  if (worker_.fleet().draining()) drain();
  while (co_await serve_request()) {
    if (input_.empty()) {
      enter(Phase::idle, gate_.limits().idle_timeout);
      if (worker_.fleet().draining()) drain();  // it began after this answer had left
    } else {
      enter(Phase::head, gate_.limits().header_timeout);
    }
  }
}

core::Task<bool> Session::serve_request() {
  std::optional<Refusal> refusal;
  if (!co_await read_head(refusal)) co_return false;
  begin_request();
  if (!refusal) {
    refusal = parser_.parse_head(input_.data().substr(0, scanner_.head_bytes()), request_);
    input_.consume(scanner_.head_bytes());
  }
  if (refusal) co_return co_await answer(refuse(*refusal), false);

  tracer_.begin(request_.headers.find("traceparent"), peer_.trusted_proxy);
  admission_ = gate_.admit(request_, peer_, parser_.http11());
  const bool no_body = parser_.body_complete();
  if (admission_.refusal) {
    const bool well_formed = admission_.refusal->status != 400;
    co_return co_await answer(refuse(*admission_.refusal), no_body && well_formed);
  }
  if (admission_.answer) co_return co_await answer(std::move(*admission_.answer), no_body);
  if (!no_body) {
    refusal = co_await read_body();
    if (refusal) co_return co_await answer(refuse(*refusal), false);
  }

  enter(Phase::handler, gate_.limits().request_timeout);
  Response response = co_await run_handler();
  if (late_) co_return false;
  co_return co_await answer(std::move(response), true);
}

core::Task<bool> Session::read_more() {
  const auto space = input_.prepare();
  const auto [error, bytes] = co_await await_io(
      [this, space](Stream::Handler handler) { stream_->async_read_some(space, std::move(handler)); });
  if (!error) input_.commit(bytes);
  co_return !error;
}

core::Task<bool> Session::read_head(std::optional<Refusal>& refusal) {
  scanner_.reset();
  for (;;) {
    // RFC 9112 §2.2: empty lines before the request line are ignored.
    while (scanner_.untouched() && input_.data().starts_with("\r\n")) input_.consume(2);
    const bool lone_return = scanner_.untouched() && input_.data() == "\r";
    if (!input_.empty() && !lone_return) {
      refusal = scanner_.scan(input_.data());
      if (refusal || scanner_.head_bytes() > 0) co_return true;
    }
    if (phase_ == Phase::idle && !input_.empty()) enter(Phase::head, gate_.limits().header_timeout);
    const bool received = co_await read_more();
    if (timed_out_) {
      refusal = kTooSlow;
      co_return true;
    }
    if (!received) co_return false;
  }
}

core::Task<std::optional<Refusal>> Session::read_body() {
  const auto length = parser_.content_length();
  if (length && *length > admission_.body_limit) co_return kBodyTooLarge;
  parser_.set_body_limit(admission_.body_limit);
  enter(Phase::body, gate_.limits().body_timeout);
  if (parser_.http11() && input_.empty() && request_.headers.contains("expect")) {
    co_await await_io([this](Stream::Handler handler) {
      stream_->async_write({asio::buffer(kContinue), asio::const_buffer()}, std::move(handler));
    });
    if (timed_out_) co_return kTooSlow;  // its client does not read; no timer would end the wait below
  }
  for (;;) {
    if (!input_.empty()) {
      std::size_t consumed = 0;
      const auto refusal = parser_.put_body(input_.data(), consumed);
      input_.consume(consumed);
      if (refusal || parser_.body_complete()) co_return refusal;
      if (input_.prepare().size() == 0) co_return Refusal{400, "A chunk header is too long."};
    }
    const bool received = co_await read_more();
    if (timed_out_) co_return kTooSlow;
    if (!received) co_return Refusal{400, "The request body is incomplete."};
  }
}

core::Task<Response> Session::run_handler() {
  // The handler owns its request. What the answer and the log need stays here, without the body.
  std::string body = std::move(request_.body);
  request_.body.clear();
  Request request = request_;
  request.body = std::move(body);
  std::string cause;
  try {
    co_return co_await admission_.route->handler(std::move(request));
  } catch (const std::exception& e) {
    cause = e.what();
  } catch (...) {
    cause = "not a std::exception";
  }
  log::error("handler threw",
             {{"request_id", request_.request_id}, {"route", admission_.route->path}, {"cause", cause}});
  co_return refuse({500, "The server failed to answer."});
}

core::Task<bool> Session::answer(Response response, bool may_persist) {
  response = gate_.finish(request_, admission_, std::move(response));
  const bool persist = may_persist && parser_.keep_alive() && !worker_.fleet().retiring();
  const bool head_request = request_.method == Method::head;
  const Persistence persistence = !persist           ? Persistence::close
                                  : parser_.http11() ? Persistence::implied
                                                     : Persistence::keep_alive;
  write_head(response, {head_request, persistence, request_.request_id, worker_.date()}, head_out_);
  const std::string_view body = body_to_send(response, head_request);

  enter(Phase::writing, gate_.limits().write_timeout);
  ConstBuffers buffers{asio::buffer(head_out_), asio::buffer(body)};
  std::size_t sent = stream_->write_now(buffers);
  ErrorCode error;
  if (sent < head_out_.size() + body.size()) {
    for (auto& buffer : buffers) {
      const std::size_t part = std::min(sent, buffer.size());
      buffer += part;
      sent -= part;
    }
    std::tie(error, sent) = co_await await_io(
        [this, buffers](Stream::Handler handler) { stream_->async_write(buffers, std::move(handler)); });
  }
  record(response.status, body.size());
  if (error) co_return false;
  if (!persist) co_await linger();
  co_return persist;
}

core::Task<void> Session::answer_late() {
  co_await answer(refuse({503, "The server took too long to answer; try again in a moment."}), false);
}

core::Task<void> Session::linger() {
  enter(Phase::closing, kLinger);
  co_await await_io([this](Stream::Handler handler) { stream_->async_finish(std::move(handler)); });
  ErrorCode ignored;
  stream_->socket().shutdown(Socket::shutdown_send, ignored);
  std::array<char, 1024> discarded;
  for (bool open = true; open;) {
    const auto [error, bytes] = co_await await_io([this, &discarded](Stream::Handler handler) {
      stream_->socket().async_read_some(asio::buffer(discarded), std::move(handler));
    });
    open = !error;
  }
}

void Session::begin_request() {
  head_complete_ = Steady::now();
  parser_.reset();
  request_.method = Method::other;
  request_.target.clear();
  request_.path.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.body.clear();
  request_.path_parameters.clear();
  request_.remote_address = peer_.text;
  request_.request_id = worker_.next_request_id();
  admission_ = {};
}

Response Session::refuse(const Refusal& refusal) {
  return gate_.refuse(request_, admission_, refusal.status, refusal.description);
}

void Session::record(int status, std::size_t body_bytes) {
  const double seconds = std::chrono::duration<double>(Steady::now() - head_complete_).count();
  RouteMetrics& metrics = gate_.metrics().of(admission_.route, request_.method);
  metrics.count(status, seconds);
  tracer_.end(request_, metrics.route(), status, seconds);
  constexpr std::size_t kMaxUserAgent = 200;
  log::info("request", {{"method", to_string(request_.method)},
                        {"route", metrics.route()},
                        {"status", status},
                        {"duration_ms", seconds * 1000},
                        {"bytes", body_bytes},
                        {"remote", request_.remote_address},
                        {"request_id", request_.request_id},
                        {"trace_id", tracer_.trace_id()},
                        {"user_agent", request_.headers.find("user-agent").value_or("").substr(0, kMaxUserAgent)}});
}

void Session::drain() {
  const bool waiting = phase_ == Phase::idle || (phase_ == Phase::head && input_.empty());
  if (!waiting) return;
  ErrorCode error;
  const auto now = Steady::now();
  if (stream_->socket().available(error) == 0 && now - entered_ >= kDrainGrace) return close();
  phase_ = Phase::idle;
  set_deadline(std::min(deadline_, now + kDrainGrace));
}

void Session::enter(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  entered_ = Steady::now();
  set_deadline(entered_ + timeout);
}

void Session::set_deadline(Steady::time_point deadline) {
  deadline_ = deadline;
  if (deadline < armed_) arm(Steady::now());
}

// The timer wakes at the latest after the shortest of the time-outs, so that a request that moves the deadline from
// phase to phase seldom has to touch the timer.
void Session::arm(Steady::time_point now) {
  armed_ = std::min(deadline_, now + shortest(gate_.limits()));
  timer_.expires_at(armed_);
  timer_.async_wait([self = shared_from_this()](ErrorCode error) {
    if (!error) self->tick();
  });
}

void Session::tick() {
  if (coroutines_ == 0) return;
  const auto now = Steady::now();
  if (now < deadline_) return arm(now);
  deadline_ = armed_ = Steady::time_point::max();
  expire();
}

void Session::expire() {
  ErrorCode ignored;
  switch (phase_) {
    case Phase::head:
    case Phase::body:
      timed_out_ = true;
      stream_->socket().cancel(ignored);
      return;
    case Phase::handler:
      // The handler cannot be stopped, but nobody waits for it any longer.
      late_ = true;
      ++coroutines_;
      asio::co_spawn(worker_.context(), answer_late(),
                     [self = shared_from_this()](std::exception_ptr) { self->leave(); });
      return;
    case Phase::handshake:
    case Phase::idle:
    case Phase::writing:
    case Phase::closing:
      return close();
  }
}

}  // namespace sigma::http
