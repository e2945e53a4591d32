#include "sigma/http/network.hpp"

#include <gtest/gtest.h>

namespace sigma::http {
namespace {

TEST(ClientNetwork, IsTheAddressOrThe64) {
  EXPECT_EQ(client_network("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(client_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(client_network("2001:DB8:1:2::9"), client_network("2001:db8:1:2:ffff::1"));
  EXPECT_NE(client_network("2001:db8:1:2::9"), client_network("2001:db8:1:3::9"));
  EXPECT_EQ(client_network("::ffff:203.0.113.7"), "203.0.113.7") << "one host, one name";
}

TEST(ClientNetwork, WhatIsNoAddressIsStillLimited) {
  EXPECT_EQ(client_network("a"), "a");
  EXPECT_EQ(client_network("fe80::1%eth0"), "fe80::1%eth0");
  EXPECT_EQ(client_network(std::string(10'000, 'x')).size(), 64u);
}

TEST(CoarseNetwork, IsThe24OrThe48AndNeverTheAddress) {
  EXPECT_EQ(coarse_network("203.0.113.7"), "203.0.113.0/24");
  EXPECT_EQ(coarse_network("::ffff:203.0.113.7"), "203.0.113.0/24");
  EXPECT_EQ(coarse_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
  EXPECT_EQ(coarse_network("::1"), "::/48");
  EXPECT_EQ(coarse_network(""), std::nullopt);
  EXPECT_EQ(coarse_network("203.0.113.7/32"), std::nullopt);
  EXPECT_EQ(coarse_network("fe80::1%eth0"), std::nullopt);
}

}  // namespace
}  // namespace sigma::http
