#include "sigma/cache_redis/url.hpp"

#include <fmt/format.h>

#include <boost/url/pct_string_view.hpp>
#include <optional>

#include "sigma/core/number.hpp"
#include "sigma/core/text.hpp"

namespace sigma::cache_redis {
namespace {

using core::Result;

core::Error wrong(std::string description) {
  return {core::Code::invalid_input, std::move(description)};
}

std::optional<std::string> decode(std::string_view text) {
  const auto encoded = boost::urls::make_pct_string_view(text);
  if (!encoded) return std::nullopt;
  std::string decoded;
  encoded->decode({}, boost::urls::string_token::assign_to(decoded));
  return decoded;
}

std::optional<int> number(std::string_view text, int highest) {
  const auto value = core::parse_number<int>(text);
  return value && *value >= 0 && *value <= highest ? value : std::nullopt;
}

Result<Address> parse_address(std::string_view text, std::string_view default_port) {
  Address address;
  std::string_view rest = text;
  if (rest.starts_with('[')) {
    rest.remove_prefix(1);
    if (rest.find(']') == std::string_view::npos) return wrong("has an IPv6 address that is not in brackets");
    address.host = core::take_until(rest, ']');
    if (!rest.empty() && !rest.starts_with(':')) return wrong("has an IPv6 address that is not in brackets");
    if (!rest.empty()) rest.remove_prefix(1);
  } else {
    address.host = core::take_until(rest, ':');
  }
  address.port = rest.empty() ? default_port : rest;
  if (address.host.empty()) return wrong("names no host");
  const auto port = number(address.port, 65'535);
  if (!port || *port == 0) return wrong("has a port that is not a number from 1 to 65535");
  return address;
}

Result<void> parse_scheme(RedisUrl& url, std::string_view scheme) {
  const std::string_view family = core::take_until(scheme, '+');
  url.tls = family == "rediss";
  if (scheme == "sentinel") url.deployment = Deployment::sentinel;
  if (scheme == "cluster") url.deployment = Deployment::cluster;
  const bool known = (family == "redis" || url.tls) && (scheme.empty() || url.deployment != Deployment::single);
  if (!known) return wrong("does not begin with redis://, rediss://, redis+sentinel:// or redis+cluster://");
  return {};
}

Result<void> parse_user(RedisUrl& url, std::string_view user) {
  const std::string_view name = core::take_until(user, ':');
  const auto username = decode(name), password = decode(user);
  if (!username || !password) return wrong("has a user or password that is not percent-encoded");
  url.credentials = {*username, *password};
  return {};
}

Result<void> parse_path(RedisUrl& url, std::string_view path) {
  if (url.deployment == Deployment::sentinel) {
    const auto master = decode(core::take_until(path, '/'));
    if (!master || master->empty()) return wrong("names no master; write redis+sentinel://host:port,host:port/master");
    url.master = *master;
  }
  if (path.empty()) return {};
  const auto db = number(path, 65'535);
  if (!db) return wrong("has a database that is not a number");
  if (url.deployment == Deployment::cluster && *db != 0)
    return wrong("selects a database, but a cluster has only number 0");
  url.db = *db;
  return {};
}

Result<void> parse_query(RedisUrl& url, std::string_view query) {
  while (!query.empty()) {
    std::string_view pair = core::take_until(query, '&');
    const std::string_view name = core::take_until(pair, '=');
    const auto value = decode(pair);
    if (!value) return wrong("has a parameter that is not percent-encoded");
    if (name == "prefix" && value->find_first_of("{}") == std::string::npos && value->size() <= 64) {
      url.prefix = *value;
    } else if (name == "sentinel_user") {
      url.sentinel_credentials.username = *value;
    } else if (name == "sentinel_password") {
      url.sentinel_credentials.password = *value;
    } else {
      return wrong("has a parameter that means nothing here; prefix, sentinel_user and sentinel_password do");
    }
  }
  return {};
}

}  // namespace

std::string Address::str() const {
  return fmt::format(fmt::runtime(host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), host, port);
}

Result<RedisUrl> parse_redis_url(std::string_view text) {
  RedisUrl url;
  const std::size_t scheme_end = text.find("://");
  SIGMA_CHECK(parse_scheme(url, text.substr(0, scheme_end)));
  if (scheme_end == std::string_view::npos) return wrong("is not a Redis URL");
  text.remove_prefix(scheme_end + 3);

  std::string_view before_query = core::take_until(text, '?');
  SIGMA_CHECK(parse_query(url, text));
  if (const std::size_t at = before_query.rfind('@'); at != std::string_view::npos) {
    SIGMA_CHECK(parse_user(url, before_query.substr(0, at)));
    before_query.remove_prefix(at + 1);
  }
  std::string_view hosts = core::take_until(before_query, '/');
  SIGMA_CHECK(parse_path(url, before_query));
  do {
    SIGMA_TRY(Address address,
              parse_address(core::take_until(hosts, ','), url.deployment == Deployment::sentinel ? "26379" : "6379"));
    url.addresses.push_back(std::move(address));
  } while (!hosts.empty());
  if (url.deployment == Deployment::single && url.addresses.size() > 1)
    return wrong("names several hosts; say redis+sentinel:// or redis+cluster://");
  return url;
}

}  // namespace sigma::cache_redis
