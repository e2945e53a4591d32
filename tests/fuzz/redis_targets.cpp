#include "reply.hpp"
#include "sigma/cache_redis/url.hpp"
#include "targets.hpp"

namespace sigma::fuzz {

// What a server sends, in two pieces.
SIGMA_FUZZ(redis_reply) {
  constexpr std::size_t kMaxBytes = 1'024;
  cache_redis::ReplyReader reader(kMaxBytes);
  const std::size_t middle = input.size() / 2;
  for (const std::string_view piece : {input.substr(0, middle), input.substr(middle)}) {
    if (!reader.feed(piece)) return;
    for (;;) {
      const auto reply = reader.next();
      if (!reply) return;
      if (!*reply) break;
      promise((*reply)->items.size() <= 65'536, "an array within its limit");
    }
  }
}

// What we send reads as what it was meant to be.
SIGMA_FUZZ(redis_command) {
  cache_redis::Command command;
  for (std::size_t at = 0; at <= input.size() && command.size() < 50;) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    command.emplace_back(input.substr(at, end - at));
    at = end + 1;
  }
  cache_redis::ReplyReader reader(1 << 20);
  promise(reader.feed(cache_redis::encode(command)).has_value(), "a command can be read");
  const auto read = reader.next();
  promise(read && *read && (*read)->items.size() == command.size(), "a command is one array");
  for (std::size_t i = 0; i < command.size(); ++i) promise((*read)->items[i].text == command[i], "arguments are bytes");
}

SIGMA_FUZZ(redis_url) {
  const auto url = cache_redis::parse_redis_url(input);
  if (!url) return;
  promise(!url->addresses.empty(), "a URL names a host");
  for (const auto& address : url->addresses)
    promise(!address.host.empty() && !address.port.empty(), "hosts have names");
  promise(url->prefix.find('{') == std::string::npos, "a prefix is no hash tag");
}

}  // namespace sigma::fuzz
