#include "worker.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"

namespace sigma::http {
namespace asio = boost::asio;
namespace log = core::log;
namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// How long a handshake that has begun may take to end once the door is shut.
constexpr std::chrono::milliseconds kHandshakesEnd{100};

/// Makes the kernel drop every SYN to a listening socket: nobody new gets in, who is under way still arrives. Otherwise
/// connections that complete between the last accept() and close() would be reset with their first request.
void shut_the_door(int descriptor) {
  constexpr std::uint32_t kFlagsByte = 13, kSyn = 0x02, kPass = 0xffffffff;
  sock_filter drop_syn[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, kFlagsByte},
                            {BPF_JMP | BPF_JSET | BPF_K, 0, 1, kSyn},
                            {BPF_RET | BPF_K, 0, 0, 0},
                            {BPF_RET | BPF_K, 0, 0, kPass}};
  const sock_fprog program{std::size(drop_syn), drop_syn};
  ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

}  // namespace

Worker::Worker(Fleet& fleet, core::Random& random)
    : fleet_(fleet), request_id_prefix_(core::hex_encode(random.bytes(6)) + '-') {}

Worker::~Worker() {
  stop();
}

core::Result<void> Worker::listen(const Endpoint& endpoint, bool share_port) {
  ErrorCode error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && share_port) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.set_option(asio::ip::tcp::no_delay(true), error);  // accepted sockets inherit it
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.native_non_blocking(true, error);
  if (error) {
    return core::Error{
        core::Code::unavailable,
        fmt::format("Cannot listen on {}:{}: {}.", endpoint.address().to_string(), endpoint.port(), error.message())};
  }
  return {};
}

Worker::Endpoint Worker::endpoint() const {
  ErrorCode ignored;
  return acceptor_.local_endpoint(ignored);
}

void Worker::start(std::span<const std::unique_ptr<Worker>> crew, std::string thread_name) {
  crew_ = crew;
  fleet_.add_acceptor();
  wait_for_connections();
  thread_ = std::thread([this] {
    const auto work = asio::make_work_guard(context_);
    context_.run();
  });
  pthread_setname_np(thread_.native_handle(), thread_name.substr(0, 15).c_str());
}

void Worker::wait_for_connections() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](ErrorCode error) {
    if (!error) accept_ready();
  });
}

void Worker::accept_ready() {
  constexpr std::size_t kBatch = 64;  // then the connections we have get their turn
  if (accept_up_to(kBatch) != Accepted::none_possible) return wait_for_connections();
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([this](ErrorCode error) {
    if (!error && acceptor_.is_open()) wait_for_connections();
  });
}

Worker::Accepted Worker::accept_up_to(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Endpoint peer;
    auto length = static_cast<socklen_t>(peer.capacity());
    const int descriptor = ::accept4(acceptor_.native_handle(), peer.data(), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      peer.resize(length);
      place(Descriptor(descriptor), peer);
      continue;
    }
    if (errno == EAGAIN) return Accepted::all;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      log::warn("cannot accept", {{"cause", std::generic_category().message(errno)}});
      return Accepted::none_possible;
    }
  }
  return Accepted::some;
}

// The kernel spreads connections over the acceptors by hash: few long-lived ones may all land on one thread.
void Worker::place(Descriptor descriptor, const Endpoint& peer) {
  Worker* target = this;
  for (const auto& other : crew_) {
    if (other->load_.load(std::memory_order_relaxed) < target->load_.load(std::memory_order_relaxed))
      target = other.get();
  }
  if (!fleet_.try_add_connection()) return;
  target->load_.fetch_add(1, std::memory_order_relaxed);
  if (target == this) return take(std::move(descriptor), peer);
  asio::post(target->context_, [target, descriptor = std::move(descriptor), peer]() mutable {
    target->take(std::move(descriptor), peer);
  });
}

// Only the thread of an event loop enters a socket there. Numbers of files are used again at once: another thread could
// enter the number of a database connection that libpq has closed and this loop is about to forget.
void Worker::take(Descriptor descriptor, const Endpoint& peer) {
  Socket socket(context_.get_executor());
  ErrorCode error;
  socket.assign(peer.protocol(), descriptor.number(), error);
  if (!error) {
    descriptor.release();
    socket.non_blocking(true, error);
  }
  if (error) {
    connection_left();
    return fleet_.remove_connection();
  }
  const TlsContext tls = fleet_.tls();
  auto stream = tls ? make_tls_stream(std::move(socket), tls) : make_plain_stream(std::move(socket));
  const auto session = std::make_shared<Session>(*this, std::move(stream), peer.address());
  sessions_.push_back(*session);
  session->start();
}

void Worker::drain() {
  asio::post(context_, [this] {
    if (acceptor_.is_open()) {
      shut_the_door(acceptor_.native_handle());
      closing_.expires_after(kHandshakesEnd);
      closing_.async_wait([this](ErrorCode error) {
        if (error || !acceptor_.is_open()) return;
        while (accept_up_to(1) == Accepted::some) continue;
        close_acceptor();
      });
    }
    for (auto next = sessions_.begin(); next != sessions_.end();) (next++)->drain();
  });
}

void Worker::close_acceptor() {
  ErrorCode ignored;
  acceptor_.close(ignored);
  fleet_.remove_acceptor();
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] {
    if (acceptor_.is_open()) close_acceptor();
    for (Session& session : sessions_) session.close();
    context_.stop();
  });
  thread_.join();
}

std::string Worker::next_request_id() {
  constexpr std::size_t kDigits = 8;
  std::string id = request_id_prefix_;
  id.append(kDigits, '0');
  std::uint64_t number = ++requests_;
  for (std::size_t end = id.size(); number > 0 && end > id.size() - kDigits; number >>= 4)
    id[--end] = "0123456789abcdef"[number & 0xf];
  return id;
}

}  // namespace sigma::http
