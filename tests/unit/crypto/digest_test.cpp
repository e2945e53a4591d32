#include "sigma/crypto/digest.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "sigma/core/encoding.hpp"

namespace sigma::crypto {
namespace {

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return core::hex_encode(view(bytes));
}

// FIPS 180-4 examples.
TEST(Sha2, MatchesFips180) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hex(sha512("abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(hex(sha256d("hello")), "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

// The RIPEMD-160 page of its authors.
TEST(Ripemd160, MatchesTheAuthorsVectors) {
  EXPECT_EQ(hex(ripemd160("")), "9c1185a5c5e9fc54612808977ee8f548b2258d31");
  EXPECT_EQ(hex(ripemd160("abc")), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
  EXPECT_EQ(hex(ripemd160("message digest")), "5d0689ef49d2fae572b881b123a85ffa21595f36");
}

// The public key of private key 1 and its address digest.
TEST(Hash160, IsTheDigestOfABitcoinAddress) {
  const auto key = core::hex_decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").value();
  EXPECT_EQ(hex(hash160(key)), "751e76e8199196d454941c45d1b3a323f1433bd6");
}

struct HmacCase {
  std::string key;
  std::string data;
  std::string sha256;
  std::string sha512;
};

// RFC 4231 §4.2, §4.3, §4.7 (key longer than a block).
TEST(Hmac, MatchesRfc4231) {
  const std::vector<HmacCase> cases = {
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f17"
       "02"
       "e696c203a126854"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4"
       "b6"
       "36e070a38bce737"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0ae"
       "c8"
       "b915a985d786598"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(hex(hmac_sha256(c.key, c.data)), c.sha256) << c.data;
    EXPECT_EQ(hex(hmac_sha512(c.key, c.data)), c.sha512) << c.data;
  }
}

TEST(Digest, ThreadsDoNotDisturbEachOther) {
  const std::string expected = hex(sha256("abc"));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        sha256(std::to_string(i));
        if (hex(sha256("abc")) != expected) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ConstantTimeEqual, ComparesWholeStrings) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "Abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abcd"));
  EXPECT_FALSE(constant_time_equal("", "a"));
}

}  // namespace
}  // namespace sigma::crypto
