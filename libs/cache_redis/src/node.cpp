#include "node.hpp"

namespace sigma::cache_redis {
namespace asio = boost::asio;
using core::Result;
using Clock = std::chrono::steady_clock;

Node::Node(asio::io_context& context, Link::Locate locate, const NodeOptions& options, std::function<void()> changed)
    : options_(options), changed_(std::move(changed)), breaker_(options.breaker), probe_timer_(context) {
  for (std::size_t i = 0; i < options_.connections; ++i)
    links_.push_back(std::make_shared<Link>(context, locate, options_.link, changed_));
}

void Node::start() {
  for (const auto& link : links_) link->start();
}

void Node::stop() {
  probe_timer_.cancel();
  for (const auto& link : links_) link->stop();
}

bool Node::available() const {
  return breaker_.closed() && best_link() != nullptr;
}

std::uint64_t Node::connections() const {
  std::uint64_t sum = 0;
  for (const auto& link : links_) sum += link->connections();
  return sum;
}

std::string Node::last_error() const {
  return links_.front()->last_error();
}

Link* Node::best_link() const {
  Link* best = nullptr;
  for (const auto& link : links_) {
    if (link->ready() && (best == nullptr || link->in_flight() < best->in_flight())) best = link.get();
  }
  return best;
}

void Node::send(const Command& command, bool asking, Link::Answer answer) {
  if (!breaker_.closed()) {
    return answer(core::Error{core::Code::unavailable, "The cache server cannot be reached.",
                              "circuit breaker open: " + last_error()});
  }
  Link* link = best_link();
  if (link == nullptr) return links_.front()->send(command, asking, std::move(answer));
  link->send(command, asking, [weak = weak_from_this(), answer = std::move(answer)](Result<Reply> outcome) {
    if (const auto self = weak.lock()) self->account(outcome);
    answer(std::move(outcome));
  });
}

void Node::account(const Result<Reply>& outcome) {
  const bool was_closed = breaker_.closed();
  if (outcome) {
    breaker_.success();
  } else if (outcome.error().code() != core::Code::overloaded) {
    breaker_.failure(Clock::now());
  }
  if (breaker_.state() == Breaker::State::open && was_closed) schedule_probe();
  if (breaker_.closed() != was_closed) changed_();
}

void Node::schedule_probe() {
  probe_timer_.expires_after(options_.breaker.pause);
  probe_timer_.async_wait([weak = weak_from_this()](http::ErrorCode error) {
    const auto self = weak.lock();
    if (error || !self || !self->breaker_.begin_probe(Clock::now())) return;
    Link* link = self->best_link();
    if (link == nullptr) link = self->links_.front().get();
    link->send({"PING"}, false, [weak](Result<Reply> outcome) {
      const auto node = weak.lock();
      if (!node) return;
      // Half open, nobody else asks: also a link without room for the question (Code::overloaded) closes the way again.
      if (outcome) {
        node->account(outcome);
      } else {
        node->breaker_.failure(Clock::now());
      }
      if (!node->breaker_.closed()) node->schedule_probe();
    });
  });
}

void Node::reconnect() {
  for (const auto& link : links_) link->reconnect();
}

}  // namespace sigma::cache_redis
