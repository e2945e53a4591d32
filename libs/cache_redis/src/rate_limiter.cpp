#include "rate_limiter.hpp"

namespace sigma::cache_redis {
namespace {

using core::Result;
using core::Task;

// cache::decide() on the server, by the server's clock: one clock for all replicas, however theirs differ. Lua's
// numbers are doubles, exact to 2^53 µs (the year 2255).
constexpr const char* kTake = R"(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local interval = math.max(1, math.floor(window / limit))
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
arrival = math.min(math.max(arrival, now), now + window)
local following = arrival + interval
local room = now + interval * limit - following
if room < 0 then return {0, 0, -room, arrival - now} end
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000))
return {1, math.floor(room / interval), 0, following - now}
)";

constexpr const char* kGive = R"(
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
local interval = math.max(1, math.floor(tonumber(ARGV[2]) / tonumber(ARGV[1])))
if arrival > 0 then redis.call('SET', KEYS[1], string.format('%.0f', arrival - interval), 'KEEPTTL') end
return 1
)";

std::vector<std::string> arguments_of(cache::RateLimit limit) {
  return {std::to_string(limit.limit), std::to_string(limit.window.count() * 1'000)};
}

core::Milliseconds round_up(std::int64_t microseconds) {
  return core::Milliseconds{(microseconds + 999) / 1'000};
}

// What one replica allows while it cannot ask: half, so that two of them together allow what they should.
cache::RateLimit halved(cache::RateLimit limit) {
  limit.limit = std::max<std::int64_t>(1, limit.limit / 2);
  return limit;
}

}  // namespace

Task<Result<std::string>> Script::digest(Client& client, std::string key) {
  {
    const std::lock_guard lock(mutex_);
    if (!digest_.empty()) co_return digest_;
  }
  SIGMA_CO_TRY(const Reply loaded, co_await client.command(std::move(key), {"SCRIPT", "LOAD", source_}));
  if (loaded.is_error()) co_return core::Error{core::Code::unavailable, "The cache server refuses us.", loaded.text};
  const std::lock_guard lock(mutex_);
  digest_ = loaded.text;
  co_return digest_;
}

Task<Result<Reply>> Script::run(Client& client, std::string key, std::vector<std::string> arguments) {
  SIGMA_CO_TRY(std::string sha, co_await digest(client, key));
  Command command{"EVALSHA", std::move(sha), "1", key};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Result<Reply> reply = co_await client.command(key, command);
  if (!reply || !reply->is_error("NOSCRIPT")) co_return reply;
  // Another server of the cluster, a restart, or SCRIPT FLUSH.
  command[0] = "EVAL";
  command[1] = source_;
  co_return co_await client.command(key, std::move(command));
}

RedisRateLimiter::RedisRateLimiter(Client& client, cache::MemoryRateLimiter& fallback)
    : client_(client), fallback_(fallback), take_(kTake), give_(kGive) {}

Task<cache::RateDecision> RedisRateLimiter::allow(std::string key, cache::RateLimit limit) {
  const Result<Reply> reply = co_await take_.run(client_, client_.prefix() + "rate:" + key, arguments_of(limit));
  if (!reply || reply->items.size() != 4) co_return co_await fallback_.allow(std::move(key), halved(limit));
  const cache::RateDecision decision{.allowed = reply->items[0].integer == 1,
                                     .remaining = reply->items[1].integer,
                                     .retry_after = round_up(reply->items[2].integer),
                                     .reset_after = round_up(reply->items[3].integer)};
  // Known here too, so that losing Redis gives nobody a fresh start.
  fallback_.learn(std::move(key), decision.reset_after);
  co_return decision;
}

Task<void> RedisRateLimiter::give_back(std::string key, cache::RateLimit limit) {
  (void)co_await give_.run(client_, client_.prefix() + "rate:" + key, arguments_of(limit));
  co_await fallback_.give_back(std::move(key), limit);
}

}  // namespace sigma::cache_redis
