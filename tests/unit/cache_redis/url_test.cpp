#include <gtest/gtest.h>

#include "sigma/cache_redis/url.hpp"

namespace sigma::cache_redis {
namespace {

RedisUrl parsed(std::string_view text) {
  auto url = parse_redis_url(text);
  EXPECT_TRUE(url) << text << ": " << (url ? "" : url.error().description());
  return url ? *url : RedisUrl{};
}

TEST(RedisUrl, OneServer) {
  RedisUrl expected;
  expected.addresses = {{"redis.internal", "6379"}};
  EXPECT_EQ(parsed("redis://redis.internal"), expected);
  EXPECT_EQ(parsed("redis://redis.internal:6379/"), expected);
  expected.tls = true;
  expected.addresses = {{"::1", "7000"}};
  expected.db = 3;
  expected.credentials = {"sigma", "p@ss:w/rd"};
  expected.prefix = "other:";
  EXPECT_EQ(parsed("rediss://sigma:p%40ss%3Aw%2Frd@[::1]:7000/3?prefix=other%3A"), expected);
  EXPECT_EQ(expected.addresses.front().str(), "[::1]:7000");
  EXPECT_EQ(parsed("redis://:secret@host").credentials, (Credentials{"", "secret"}));
}

TEST(RedisUrl, SentinelAndCluster) {
  const RedisUrl sentinel =
      parsed("redis+sentinel://sigma:a@one,two:26380/main/2?sentinel_user=watch&sentinel_password=b");
  EXPECT_EQ(sentinel.deployment, Deployment::sentinel);
  EXPECT_EQ(sentinel.addresses, (std::vector<Address>{{"one", "26379"}, {"two", "26380"}}));
  EXPECT_EQ(sentinel.master, "main");
  EXPECT_EQ(sentinel.db, 2);
  EXPECT_EQ(sentinel.credentials, (Credentials{"sigma", "a"}));
  EXPECT_EQ(sentinel.sentinel_credentials, (Credentials{"watch", "b"}));
  const RedisUrl cluster = parsed("rediss+cluster://one,two:7001");
  EXPECT_EQ(cluster.deployment, Deployment::cluster);
  EXPECT_TRUE(cluster.tls);
  EXPECT_EQ(cluster.addresses, (std::vector<Address>{{"one", "6379"}, {"two", "7001"}}));
}

TEST(RedisUrl, WhatCannotBeUsedIsRefusedWithoutShowingSecrets) {
  for (const char* text : {"",
                           "redis",
                           "redis:/host",
                           "http://host",
                           "redis+other://host",
                           "redis://",
                           "redis://:6379",
                           "redis://host:0",
                           "redis://host:65536",
                           "redis://host:x",
                           "redis://host/x",
                           "redis://host/-1",
                           "redis://one,two",
                           "redis://[::1",
                           "redis://[::1]x",
                           "redis+sentinel://host",
                           "redis+sentinel://host/main/x",
                           "redis+cluster://host/1",
                           "redis://user:%zz-secret@host",
                           "redis://host?unknown=1",
                           "redis://user:secret@host?prefix={x}",
                           "redis://,"}) {
    const auto url = parse_redis_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code(), core::Code::invalid_input);
    EXPECT_EQ(url.error().description().find("secret@"), std::string::npos);
  }
}

}  // namespace
}  // namespace sigma::cache_redis
