#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/result.hpp"

namespace sigma::cache_redis {

struct Address {
  std::string host;  ///< name or address literal, without brackets
  std::string port;
  auto operator<=>(const Address&) const = default;
  std::string str() const;
};

struct Credentials {
  std::string username;  ///< ACL user (Redis 6); empty: the default user
  std::string password;  ///< empty: no AUTH
  bool operator==(const Credentials&) const = default;
};

enum class Deployment { single, sentinel, cluster };

/// Where Redis is.
///   redis://[user:password@]host[:6379][/db]
///   redis+sentinel://[user:password@]host[:26379],host…/master[/db]
///   redis+cluster://[user:password@]host[:6379],host…
/// `rediss` in place of `redis` means TLS to every server. Query: `prefix` (of all keys and channels, default
/// "sigma:"), `sentinel_user`, `sentinel_password`. User, password and values are percent-encoded.
struct RedisUrl {
  Deployment deployment = Deployment::single;
  bool tls = false;
  std::vector<Address> addresses;  ///< at least one; seeds of a cluster, or sentinels
  std::string master;              ///< the name that sentinels know it by
  int db = 0;
  Credentials credentials;
  Credentials sentinel_credentials;
  std::string prefix = "sigma:";
  bool operator==(const RedisUrl&) const = default;
};

/// Code::invalid_input with a description that says what is wrong and shows no password.
core::Result<RedisUrl> parse_redis_url(std::string_view text);

}  // namespace sigma::cache_redis
