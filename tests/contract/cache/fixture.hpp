#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "redis_process.hpp"
#include "sigma/cache/memory.hpp"
#include "sigma/cache_redis/redis.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"

namespace sigma::cache_redis::contract {

using core::testing::run;
using core::testing::run_all;

/// Waits until `condition` holds, for 30 s at most.
template <class Condition>
bool eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// One process's Redis, as wiring makes it. Deadlines that a busy machine meets.
class Replica {
 public:
  explicit Replica(const std::string& url, RedisOptions options = patient()) {
    auto parsed = parse_redis_url(url);
    if (!parsed) throw std::runtime_error(parsed.error().description());
    auto opened = Redis::open(*parsed, std::move(options), metrics);
    if (!opened) throw std::runtime_error(opened.error().description());
    redis = std::move(*opened);
    limiter = redis->make_rate_limiter(fallback);
  }
  static RedisOptions patient() {
    RedisOptions options;
    options.deadline = std::chrono::seconds(2);
    options.connect_deadline = std::chrono::seconds(5);
    return options;
  }
  Replica& connected() {
    if (!eventually([this] { return redis->available(); })) throw std::runtime_error("no connection to Redis");
    return *this;
  }

  core::Metrics metrics;
  core::SystemClock clock;
  cache::MemoryRateLimiter fallback{clock};
  std::unique_ptr<Redis> redis;
  std::unique_ptr<cache::RateLimiter> limiter;
};

/// Whether what is put into the cache can be had from it.
inline bool keeps(Replica& replica, const std::string& key) {
  run(replica.redis->cache().put(key, "value", std::chrono::minutes{1}));
  return run(replica.redis->cache().get(key)) == "value";
}

/// Why there is no connection.
inline std::string why_not(Replica& replica) {
  std::string cause;
  (void)eventually([&] {
    const auto pinged = run(replica.redis->ping());
    cause = pinged ? "it works" : pinged.error().cause();
    return cause.find("not connected yet") == std::string::npos;
  });
  return cause;
}

/// Of 127.0.0.1, and its own authority.
class Certificate {
 public:
  Certificate() {
    shell(
        fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=redis "
                    "-addext subjectAltName=IP:127.0.0.1 -keyout {} -out {}",
                    key(), file()));
  }
  /// A server that speaks TLS only.
  std::vector<std::string> directives() const {
    return {"tls-port $PORT", "tls-cert-file " + file(), "tls-key-file " + key(), "tls-ca-cert-file " + file(),
            "tls-auth-clients no"};
  }
  std::string cli_options() const { return "--tls --cacert " + file(); }
  RedisOptions trusting() const {
    RedisOptions options = Replica::patient();
    options.ca_file = file();
    return options;
  }

 private:
  std::string file() const { return (folder_.path() / "cert.pem").string(); }
  std::string key() const { return (folder_.path() / "key.pem").string(); }

  TemporaryFolder folder_;
};

struct MemoryBackend {
  void advance(core::Milliseconds by) { clock.advance(by); }
  cache::Cache& cache() { return cache_; }
  cache::RateLimiter& limiter() { return limiter_; }
  cache::PubSub& pub_sub() { return pub_sub_; }

  core::testing::FixedClock clock;
  cache::MemoryCache cache_{clock};
  cache::MemoryRateLimiter limiter_{clock};
  cache::MemoryPubSub pub_sub_;
};

struct RedisBackend {
  RedisBackend() { replica.connected(); }
  void advance(core::Milliseconds by) { std::this_thread::sleep_for(by); }
  cache::Cache& cache() { return replica.redis->cache(); }
  cache::RateLimiter& limiter() { return *replica.limiter; }
  cache::PubSub& pub_sub() { return replica.redis->pub_sub(); }

  RedisProcess server;
  Replica replica{server.url()};
};

}  // namespace sigma::cache_redis::contract
