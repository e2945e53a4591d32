#include "sigma/cache_redis/redis.hpp"

#include "rate_limiter.hpp"

namespace sigma::cache_redis {
namespace {

using core::Task;

constexpr std::size_t kMaxValue = 512 * 1024;  // half of what a reply may have

class RedisCache final : public cache::Cache {
 public:
  explicit RedisCache(Client& client) : client_(client) {}

  Task<std::optional<std::string>> get(std::string key) override {
    key.insert(0, client_.prefix() + "cache:");
    auto reply = co_await client_.command(key, {"GET", key});
    if (!reply || reply->kind != Reply::Kind::text) co_return std::nullopt;
    co_return std::move(reply->text);
  }
  Task<void> put(std::string key, std::string value, core::Milliseconds ttl) override {
    if (ttl.count() <= 0 || value.size() > kMaxValue) co_return co_await erase(std::move(key));
    key.insert(0, client_.prefix() + "cache:");
    (void)co_await client_.command(key, {"SET", key, std::move(value), "PX", std::to_string(ttl.count())});
  }
  Task<void> erase(std::string key) override {
    key.insert(0, client_.prefix() + "cache:");
    (void)co_await client_.command(key, {"DEL", key});
  }

 private:
  Client& client_;
};

class RedisPubSub final : public cache::PubSub {
 public:
  explicit RedisPubSub(Client& client) : client_(client) {}

  Task<bool> publish(std::string channel, std::string message) override {
    channel.insert(0, client_.prefix());
    const auto reply = co_await client_.command(channel, {"PUBLISH", channel, std::move(message)});
    co_return reply && reply->kind == Reply::Kind::integer;
  }
  void subscribe(std::string channel, Listener listener) override {
    client_.subscribe(client_.prefix() + channel, std::move(listener));
  }
  bool listening() const override { return client_.listening(); }

 private:
  Client& client_;
};

}  // namespace

class Redis::Impl {
 public:
  Impl(RedisUrl url, const RedisOptions& options, TlsContext tls, core::Metrics& metrics)
      : client(std::move(url), options, std::move(tls), metrics) {}

  Client client;
  RedisCache cache{client};
  RedisPubSub pub_sub{client};
};

core::Result<std::unique_ptr<Redis>> Redis::open(RedisUrl url, RedisOptions options, core::Metrics& metrics) {
  TlsContext tls;
  if (url.tls) {
    SIGMA_TRY(tls, http::make_tls_client_context(options.ca_file));
  }
  return std::unique_ptr<Redis>(new Redis(std::make_unique<Impl>(std::move(url), options, std::move(tls), metrics)));
}

Redis::Redis(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Redis::~Redis() = default;

cache::Cache& Redis::cache() {
  return impl_->cache;
}

cache::PubSub& Redis::pub_sub() {
  return impl_->pub_sub;
}

std::unique_ptr<cache::RateLimiter> Redis::make_rate_limiter(cache::MemoryRateLimiter& fallback) {
  return std::make_unique<RedisRateLimiter>(impl_->client, fallback);
}

bool Redis::available() const {
  return impl_->client.available();
}

Task<core::Result<std::chrono::microseconds>> Redis::ping() {
  const auto begun = std::chrono::steady_clock::now();
  SIGMA_CO_TRY(Reply reply, co_await impl_->client.command("ping", {"PING"}));
  if (reply.is_error())
    co_return core::Error{core::Code::unavailable, "The cache server refuses us.", std::move(reply.text)};
  co_return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
}

void Redis::stop() {
  impl_.reset();
}

}  // namespace sigma::cache_redis
