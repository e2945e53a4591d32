#pragma once
#include <deque>
#include <functional>

#include "connection.hpp"

namespace sigma::cache_redis {

struct LinkOptions {
  ConnectionOptions connection;
  std::chrono::milliseconds deadline{250};     ///< of one command
  std::chrono::milliseconds stalled{2'000};    ///< a connection that owes a reply for so long is given up
  std::chrono::milliseconds max_pause{1'000};  ///< between attempts to connect; begins at a twentieth of it
  std::size_t max_in_flight = 1'024;           ///< commands sent or waiting to be sent, with those given up
  bool must_be_master = false;                 ///< asks for its ROLE before it is used
};

/// A connection that is made again whenever it is lost, with commands pipelined on it: written together, answered in
/// order. What was in flight when it was lost fails; nothing is sent twice. On the event loop's thread only.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using Answer = std::function<void(core::Result<Reply>)>;
  using Locate = std::function<core::Task<core::Result<Address>>()>;

  /// `changed` is called when it becomes ready or is lost.
  Link(boost::asio::io_context& context, Locate locate, const LinkOptions& options, std::function<void()> changed);

  void start();
  void stop();
  bool ready() const { return session_ != nullptr; }
  std::size_t in_flight() const;
  std::uint64_t connections() const { return connections_; }  ///< made so far
  const std::string& last_error() const { return last_error_; }

  /// Code::unavailable (also when it is lost meanwhile), Code::deadline, Code::overloaded. With `asking`, ASKING goes
  /// before it.
  void send(const Command& command, bool asking, Answer answer);
  /// Gives the connection up and looks for the server again.
  void reconnect();

 private:
  struct Sent {
    Answer answer;  ///< empty: nobody waits any more
    std::chrono::steady_clock::time_point at;
  };
  struct Session;

  core::Task<> run();
  core::Task<core::Result<std::shared_ptr<Connection>>> open();
  core::Task<> read(std::shared_ptr<Session> session);
  static core::Task<> write(std::shared_ptr<Session> session);
  void lose(const std::shared_ptr<Session>& session, core::Error why);
  void watch();
  void expire();

  boost::asio::io_context& context_;
  const Locate locate_;
  const LinkOptions options_;
  const std::function<void()> changed_;
  boost::asio::steady_timer timer_;  ///< of the earliest deadline
  boost::asio::steady_timer pause_;
  std::shared_ptr<Session> session_;
  std::uint64_t connections_ = 0;
  std::string last_error_;
  bool stopped_ = false, watching_ = false;
};

}  // namespace sigma::cache_redis
