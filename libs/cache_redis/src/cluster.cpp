#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <charconv>
#include <map>

#include "topology.hpp"

namespace sigma::cache_redis {
namespace asio = boost::asio;
namespace {

using core::Result;
using core::Task;

constexpr std::size_t kSlots = 16'384;
constexpr std::size_t kMaxNodes = 1'000;  // what the specification recommends as the most
constexpr std::chrono::milliseconds kRefreshPause{200};

struct Target {
  std::uint16_t slot = 0;
  Address address;
};

// "MOVED 3999 127.0.0.1:6381", "ASK 3999 [::1]:6381".
std::optional<Target> parse_target(std::string_view text) {
  const std::size_t first = text.find(' '), second = text.rfind(' '), colon = text.rfind(':');
  if (first == second || colon == std::string_view::npos || colon < second) return std::nullopt;
  Target target;
  std::from_chars(text.data() + first + 1, text.data() + second, target.slot);
  std::string_view host = text.substr(second + 1, colon - second - 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  target.address = {std::string(host), std::string(text.substr(colon + 1))};
  if (target.slot >= kSlots) return std::nullopt;
  return target;
}

class Cluster final : public Topology {
 public:
  Cluster(asio::io_context& context, const RedisUrl& url, const NodeOptions& options, std::function<void()> changed)
      : context_(context), seeds_(url.addresses), options_(options), changed_(std::move(changed)), pause_(context) {
    slots_.resize(kSlots);
  }

  void start() override { asio::co_spawn(context_, keep_map(), asio::detached); }
  void stop() override {
    stopped_ = true;
    pause_.cancel();
    for (const auto& [address, node] : nodes_) node->stop();
  }

  std::shared_ptr<Node> node_for(std::string_view key) override { return slots_[slot_of(key)]; }

  std::optional<Redirect> redirect(const std::shared_ptr<Node>& from, const Reply& error) override {
    const bool moved = error.is_error("MOVED ");
    if (!moved && !error.is_error("ASK ")) {
      if (error.is_error("CLUSTERDOWN") || error.is_error("READONLY")) failed();
      return std::nullopt;
    }
    auto target = parse_target(error.text);
    if (!target) return std::nullopt;
    if (target->address.host.empty()) target->address.host = host_of(from);
    auto node = node_at(target->address);
    if (!node) return std::nullopt;
    if (moved) {
      slots_[target->slot] = node;
      failed();  // one slot seldom moves alone
    }
    return Redirect{std::move(node), !moved};
  }

  void failed() override {
    stale_ = true;
    wake();
  }

  Task<Result<Address>> locate_any() override {
    std::vector<Address> known = addresses();
    co_return known[next_subscription_++ % known.size()];
  }

  bool available() const override {
    return mapped_ && std::ranges::all_of(nodes_, [](const auto& entry) { return entry.second->available(); });
  }
  std::uint64_t connections() const override {
    std::uint64_t sum = 0;
    for (const auto& [address, node] : nodes_) sum += node->connections();
    return sum;
  }
  std::string last_error() const override {
    if (!last_error_.empty()) return last_error_;
    for (const auto& [address, node] : nodes_) {
      if (!node->available()) return node->last_error();
    }
    return {};
  }

 private:
  // Reads the map of slots at the start, after every sign that it is out of date, and while a node is away.
  Task<> keep_map() {
    while (!stopped_) {
      stale_ = false;
      const auto read = co_await read_map();
      if (stopped_) break;
      if (!read) stale_ = true;
      last_error_ = read ? "" : read.error().cause();
      changed_();
      pause_.expires_after(kRefreshPause);
      co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
      while (!stopped_ && !stale_ && available()) {
        resting_ = true;
        pause_.expires_after(std::chrono::hours{1});
        co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
        resting_ = false;
      }
    }
  }

  // However many commands fail, the map is not read more often than kRefreshPause allows.
  void wake() {
    if (resting_) pause_.cancel();
  }

  Task<Result<void>> read_map() {
    core::Error why;
    for (const Address& address : addresses()) {
      auto connection = co_await Connection::open(context_, address, options_.link.connection);
      if (!connection) {
        why = connection.error();
        continue;
      }
      const auto reply = co_await (*connection)->ask({"CLUSTER", "SLOTS"}, options_.link.connection.open_deadline);
      (*connection)->close();
      if (reply && !reply->is_error() && apply(*reply, address)) co_return Result<void>();
      why = reply ? core::Error{core::Code::unavailable, "The cache server cannot be reached.",
                                fmt::format("{}: CLUSTER SLOTS: {}", address.str(), reply->text)}
                  : reply.error();
    }
    co_return why;
  }

  // [first slot, last slot, [host, port, id], replicas …] for each range.
  bool apply(const Reply& map, const Address& asked) {
    std::vector<std::shared_ptr<Node>> slots(kSlots);
    for (const Reply& range : map.items) {
      if (range.items.size() < 3 || range.items[2].items.size() < 2) return false;
      const auto first = range.items[0].integer, last = range.items[1].integer;
      if (first < 0 || last < first || last >= static_cast<std::int64_t>(kSlots)) return false;
      const Reply& master = range.items[2];
      const std::string& host = master.items[0].text;
      const auto node = node_at({host.empty() ? asked.host : host, std::to_string(master.items[1].integer)});
      if (!node) return false;
      std::fill(slots.begin() + first, slots.begin() + last + 1, node);
    }
    if (map.items.empty()) return false;
    slots_ = std::move(slots);
    mapped_ = std::ranges::none_of(slots_, [](const auto& node) { return node == nullptr; });
    forget_unused();
    return true;
  }

  void forget_unused() {
    for (auto entry = nodes_.begin(); entry != nodes_.end();) {
      if (std::ranges::find(slots_, entry->second) != slots_.end()) {
        ++entry;
      } else {
        entry->second->stop();
        entry = nodes_.erase(entry);
      }
    }
  }

  std::shared_ptr<Node> node_at(const Address& address) {
    auto& node = nodes_[address];
    if (!node) {
      if (nodes_.size() > kMaxNodes) {
        nodes_.erase(address);
        return nullptr;
      }
      node = std::make_shared<Node>(
          context_, [address]() { return here(address); }, options_,
          [this] {
            changed_();
            if (!available()) wake();
          });
      node->start();
    }
    return node;
  }
  static Task<Result<Address>> here(Address address) { co_return address; }

  std::string host_of(const std::shared_ptr<Node>& node) const {
    for (const auto& [address, known] : nodes_) {
      if (known == node) return address.host;
    }
    return seeds_.front().host;
  }

  // The seeds first: they are what the operator vouches for.
  std::vector<Address> addresses() const {
    std::vector<Address> all = seeds_;
    for (const auto& [address, node] : nodes_) {
      if (std::ranges::find(all, address) == all.end()) all.push_back(address);
    }
    return all;
  }

  asio::io_context& context_;
  const std::vector<Address> seeds_;
  const NodeOptions options_;
  const std::function<void()> changed_;
  asio::steady_timer pause_;
  std::map<Address, std::shared_ptr<Node>> nodes_;
  std::vector<std::shared_ptr<Node>> slots_;
  std::string last_error_;
  std::size_t next_subscription_ = 0;
  bool mapped_ = false, stale_ = false, resting_ = false, stopped_ = false;
};

}  // namespace

std::unique_ptr<Topology> make_cluster(asio::io_context& context, const RedisUrl& url, const NodeOptions& options,
                                       std::function<void()> changed) {
  return std::make_unique<Cluster>(context, url, options, std::move(changed));
}

}  // namespace sigma::cache_redis
