#include "proxy_protocol.hpp"

#include <gtest/gtest.h>

namespace sigma::http {
namespace {

using std::string_literals::operator""s;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kAddresses4 =
    "\xcb\x00\x71\x07\x0a\x00\x00\x01\xc0\x00\x01\xbb"s;  // 203.0.113.7:49152 → 10.0.0.1:443
const std::string kAddresses6 =
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09"s + "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s + "\xc0\x00\x01\xbb"s;

std::string prefix(char command, char family, std::size_t length, const std::string& signature = kSignature) {
  return signature + command + family + static_cast<char>(length >> 8) + static_cast<char>(length & 0xff);
}

/// Both steps, as a connection takes them.
core::Result<std::optional<Address>> parse(const std::string& head, const std::string& rest) {
  SIGMA_TRY(const std::size_t length, parse_proxy_prefix(head));
  return parse_proxy_source(head, std::string_view(rest).substr(0, length));
}

std::string source(const std::string& head, const std::string& rest) {
  const auto parsed = parse(head, rest);
  if (!parsed) return "refused: " + parsed.error().cause();
  return *parsed ? (*parsed)->to_string() : "itself";
}

TEST(ProxyProtocol, NamesTheSource) {
  EXPECT_EQ(source(prefix(0x21, 0x11, 12), kAddresses4), "203.0.113.7");
  EXPECT_EQ(source(prefix(0x21, 0x21, 36), kAddresses6), "2001:db8::9");
  const std::string mapped = "\0\0\0\0\0\0\0\0\0\0\xff\xff\xcb\x00\x71\x07"s + std::string(20, '\0');
  EXPECT_EQ(source(prefix(0x21, 0x21, 36), mapped), "203.0.113.7") << "one host, one name";
}

TEST(ProxyProtocol, TheProxySpeaksForItself) {
  EXPECT_EQ(source(prefix(0x20, 0x00, 0), ""), "itself");
  EXPECT_EQ(source(prefix(0x20, 0x11, 12), kAddresses4), "itself") << "LOCAL: addresses are ignored";
  EXPECT_EQ(source(prefix(0x21, 0x00, 0), ""), "itself");
}

TEST(ProxyProtocol, SkipsTlvs) {
  const std::string tlvs = "\x03\x00\x04\x01\x02\x03\x04\x20\xff"s;  // the last one is cut off; nobody reads it
  EXPECT_EQ(source(prefix(0x21, 0x11, 12 + tlvs.size()), kAddresses4 + tlvs), "203.0.113.7");
  EXPECT_EQ(source(prefix(0x21, 0x11, kMaxProxyRestBytes), kAddresses4 + std::string(kMaxProxyRestBytes - 12, 'x')),
            "203.0.113.7");
}

TEST(ProxyProtocol, RefusesWhatItIsNot) {
  const auto refused = [](const std::string& head, const std::string& rest = kAddresses4) {
    return source(head, rest).starts_with("refused");
  };
  EXPECT_TRUE(refused("GET / HTTP/1.1\r\n")) << "16 bytes of HTTP";
  EXPECT_TRUE(refused("PROXY TCP4 203.0")) << "version 1";
  EXPECT_TRUE(refused(prefix(0x11, 0x11, 12))) << "version 1 in binary";
  EXPECT_TRUE(refused(prefix(0x31, 0x11, 12))) << "version 3";
  EXPECT_TRUE(refused(prefix(0x22, 0x11, 12))) << "unknown command";
  EXPECT_TRUE(refused(prefix(0x2f, 0x11, 12))) << "unknown command";
  EXPECT_TRUE(refused(prefix(0x21, 0x12, 12))) << "UDP";
  EXPECT_TRUE(refused(prefix(0x21, 0x31, 216), std::string(216, '/'))) << "a Unix socket";
  EXPECT_TRUE(refused(prefix(0x21, 0x01, 12))) << "a protocol without family";
  EXPECT_TRUE(refused(prefix(0x21, 0x11, 12, "\r\n\r\n\0\r\nQUIT\r"s))) << "signature";
  EXPECT_TRUE(refused("")) << "empty";
  EXPECT_TRUE(refused(kSignature)) << "cut off";
}

TEST(ProxyProtocol, RefusesLengthsThatDoNotFit) {
  for (std::size_t length = 0; length < kAddresses4.size(); ++length) {
    EXPECT_TRUE(source(prefix(0x21, 0x11, length), kAddresses4).starts_with("refused")) << length;
  }
  for (std::size_t length = 0; length < kAddresses6.size(); ++length) {
    EXPECT_TRUE(source(prefix(0x21, 0x21, length), kAddresses6).starts_with("refused")) << length;
  }
  EXPECT_TRUE(source(prefix(0x21, 0x11, kMaxProxyRestBytes + 1), kAddresses4).starts_with("refused"));
  EXPECT_TRUE(source(prefix(0x21, 0x11, 0xffff), kAddresses4).starts_with("refused"));
}

}  // namespace
}  // namespace sigma::http
