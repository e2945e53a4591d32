#include "sigma/bitcoin/keys.hpp"

#include <thread>

#include "sigma/bitcoin/base58check.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;

constexpr std::string_view kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr std::string_view kOrderMinus1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
constexpr std::string_view kGenerator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
constexpr std::string_view kGeneratorY = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
constexpr std::string_view kGeneratorX = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

Hash256 digest_of(std::string_view hex) {
  Hash256 out{};
  const auto bytes = unhex(hex);
  std::ranges::copy(bytes, out.begin());
  return out;
}

PrivateKey some_key(std::uint64_t seed = 1) {
  core::testing::SeededRandom random(seed);
  return PrivateKey::generate(random);
}

/// n − s for the second half of r ‖ s.
std::string high_s_twin(std::string_view compact) {
  auto out = std::string(compact);
  const auto order = unhex(kOrder);
  int borrow = 0;
  for (int i = 31; i >= 0; --i) {
    const int byte = static_cast<std::uint8_t>(order[i]) - static_cast<std::uint8_t>(compact[32 + i]) - borrow;
    borrow = byte < 0 ? 1 : 0;
    out[32 + i] = static_cast<char>(byte + (borrow ? 256 : 0));
  }
  return out;
}

TEST(PrivateKey, OnlyScalarsBelowTheOrder) {
  EXPECT_TRUE(PrivateKey::from_hex(kOrderMinus1));
  EXPECT_FALSE(PrivateKey::from_hex(kOrder));
  EXPECT_FALSE(PrivateKey::from_hex(std::string(64, '0')));
  EXPECT_FALSE(PrivateKey::from_hex(std::string(64, 'f')));
  EXPECT_FALSE(PrivateKey::from_hex(std::string(62, '1')));
  EXPECT_FALSE(PrivateKey::from_hex(std::string(64, 'g')));
  EXPECT_FALSE(PrivateKey::from_bytes(""));
  EXPECT_FALSE(PrivateKey::from_bytes(std::string(33, '\1')));
}

TEST(PrivateKey, WifOfCompressedMainnetKeysOnly) {
  const auto key = PrivateKey::from_wif("KwntMbt59tTsj8xqpqYqRRWufyjGunvhSyeMo3NTYpFYzZbXJ5Hp");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->to_wif(), "KwntMbt59tTsj8xqpqYqRRWufyjGunvhSyeMo3NTYpFYzZbXJ5Hp");
  EXPECT_EQ(key->public_key().hex(), "034f355bdcb7cc0af728ef3cceb9615d90684bb5b2ca5f859ab0f0b704075871aa");
  const auto one = std::string(31, '\0') + '\1';
  for (const auto& payload : {
           '\x80' + one,           // "5…", uncompressed
           '\xef' + one + '\1',    // testnet
           '\x80' + one + '\2',    // foreign flag
           '\x80' + one + "\1\1",  // too long
           '\x80' + std::string(32, '\0') + '\1',
           std::string(),
       })
    EXPECT_FALSE(PrivateKey::from_wif(base58check_encode(payload))) << core::hex_encode(payload);
  EXPECT_TRUE(PrivateKey::from_wif(base58check_encode('\x80' + one + '\1')));
  EXPECT_FALSE(PrivateKey::from_wif("KwntMbt59tTsj8xqpqYqRRWufyjGunvhSyeMo3NTYpFYzZbXJ5Hq"));  // checksum
  EXPECT_FALSE(PrivateKey::from_wif("KwntMbt59tTsj8xqpqYqRRWufyjGunvhSyeMo3NTYpFYzZbXJ5H0"));  // not base58
  EXPECT_FALSE(PrivateKey::from_wif(std::string(5000, 'K')));
}

TEST(PrivateKey, ErrorsNeverQuoteTheSecret) {
  const auto error = PrivateKey::from_wif("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ").error();
  EXPECT_EQ(error.description().find("5Hue"), std::string::npos);
}

TEST(PrivateKey, AnyoneIsTheGenerator) {
  EXPECT_EQ(PrivateKey::anyone().public_key().hex(), kGenerator);
}

TEST(PublicKey, StrictForms) {
  const auto x = unhex(kGeneratorX);
  const auto y = unhex(kGeneratorY);
  const auto not_on_curve = unhex("020000000000000000000000000000000000000000000000000000000000000005");
  const auto beyond_field = '\2' + std::string(32, '\xff');
  EXPECT_TRUE(PublicKey::parse('\2' + x));
  EXPECT_TRUE(PublicKey::parse('\3' + x));
  EXPECT_TRUE(PublicKey::parse_any('\4' + x + y));
  EXPECT_EQ(PublicKey::parse_any('\4' + x + y)->hex(), kGenerator);
  EXPECT_EQ(crypto::view(PublicKey::parse('\2' + x)->uncompressed()), '\4' + x + y);

  for (const auto& bytes :
       {not_on_curve, beyond_field, '\4' + x + x, '\6' + x + y, '\7' + x + y, '\5' + x, '\4' + x, std::string(33, '\0'),
        std::string(1, '\0'), std::string(), '\2' + x + '\0', x, '\2' + x + y})
    EXPECT_FALSE(PublicKey::parse_any(bytes)) << core::hex_encode(bytes);
  EXPECT_FALSE(PublicKey::parse('\4' + x + y));
  EXPECT_FALSE(PublicKey::from_hex(core::hex_encode('\4' + x + y)));
  EXPECT_FALSE(PublicKey::from_hex(std::string(kGenerator) + " "));
  EXPECT_FALSE(PublicKey::from_hex("0x" + std::string(kGenerator).substr(2)));
  EXPECT_TRUE(PublicKey::from_hex("0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"));
}

TEST(Ecdsa, DeterministicSignaturesMatchTheSdk) {
  const auto vectors = load("sigma/bsm.json")["vectors"];
  for (const auto& vector : vectors) {
    const auto key = wif(vector);
    const auto digest = digest_of(text(vector, "magicHash"));
    const auto compact = key.sign_digest(digest);
    EXPECT_EQ(core::hex_encode(crypto::view(compact)), text(vector, "r") + text(vector, "s"));
    EXPECT_EQ(core::hex_encode(key.sign_der(digest)), text(vector, "der"));
    EXPECT_EQ(key.sign_recoverable(digest).recovery_id, vector["recoveryId"].get<int>());
    EXPECT_EQ(key.public_key().address(), text(vector, "address"));
    EXPECT_TRUE(key.public_key().verify(digest, crypto::view(compact)));
    EXPECT_TRUE(key.public_key().verify_der(digest, key.sign_der(digest)));
    EXPECT_EQ(PublicKey::recover(digest, key.sign_recoverable(digest)), key.public_key());
  }
}

TEST(Ecdsa, HighSOnlyWhereAsked) {
  const auto key = some_key();
  const auto digest = crypto::sha256("text");
  const auto twin = high_s_twin(crypto::view(key.sign_digest(digest)));
  EXPECT_FALSE(key.public_key().verify(digest, twin));
  EXPECT_TRUE(key.public_key().verify(digest, twin, HighS::accept));
  EXPECT_FALSE(key.public_key().verify(crypto::sha256("other"), twin, HighS::accept));

  auto recoverable = key.sign_recoverable(digest);
  recoverable.recovery_id ^= 1;
  std::ranges::copy(twin, recoverable.rs.begin());
  EXPECT_FALSE(PublicKey::recover(digest, recoverable));
}

TEST(Ecdsa, NumbersOutOfRangeNeverVerify) {
  const auto key = some_key();
  const auto digest = crypto::sha256("text");
  const auto good = crypto::to_string(key.sign_digest(digest));
  const auto zero = std::string(32, '\0');
  const auto order = unhex(kOrder);
  const auto one = std::string(31, '\0') + '\1';
  for (const auto policy : {HighS::refuse, HighS::accept}) {
    for (const auto& r : {zero, order, std::string(32, '\xff'), one})
      EXPECT_FALSE(key.public_key().verify(digest, r + good.substr(32), policy));
    for (const auto& s : {zero, order, std::string(32, '\xff'), one})
      EXPECT_FALSE(key.public_key().verify(digest, good.substr(0, 32) + s, policy));
    for (const std::size_t size : {0, 1, 32, 63, 65, 16384})
      EXPECT_FALSE(key.public_key().verify(digest, std::string(size, '\1'), policy));
  }
  for (const auto& rs : {zero + zero, order + order, zero + good.substr(32), good.substr(0, 32) + zero})
    for (int id = -1; id <= 4; ++id) {
      RecoverableSignature signature;
      std::ranges::copy(rs, signature.rs.begin());
      signature.recovery_id = id;
      EXPECT_FALSE(PublicKey::recover(digest, signature));
    }
}

TEST(Ecdsa, EveryBitOfACompactSignatureCounts) {
  const auto key = some_key();
  const auto digest = crypto::sha256("text");
  const auto good = crypto::to_string(key.sign_digest(digest));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key.public_key().verify(digest, bad)) << bit;
  }
}

std::string der(std::string_view r, std::string_view s) {
  const auto integer = [](std::string_view bytes) {
    return std::string("\x02") + static_cast<char>(bytes.size()) + std::string(bytes);
  };
  const auto body = integer(r) + integer(s);
  return std::string("\x30") + static_cast<char>(body.size()) + body;
}

/// The shortest two's-complement form of an unsigned number.
std::string minimal(std::string bytes) {
  while (bytes.size() > 1 && bytes[0] == 0 && (bytes[1] & 0x80) == 0) bytes.erase(0, 1);
  if (bytes[0] & 0x80) bytes.insert(0, 1, '\0');
  return bytes;
}

TEST(Der, OneFormOnly) {
  const auto key = some_key(3);
  const auto digest = crypto::sha256("text");
  const auto compact = crypto::to_string(key.sign_digest(digest));
  const auto r = minimal(compact.substr(0, 32));
  const auto s = minimal(compact.substr(32));
  const auto good = der(r, s);
  ASSERT_EQ(good, key.sign_der(digest));
  ASSERT_TRUE(key.public_key().verify_der(digest, good));

  const auto high = minimal(high_s_twin(compact).substr(32));
  const auto negative = compact.substr(0, 32)[0] & 0x80 ? compact.substr(0, 32) : '\xff' + compact.substr(0, 32);
  const std::pair<const char*, std::string> bad[] = {
      {"high s", der(r, high)},
      {"negative r", der(negative, s)},
      {"padded r", der('\0' + r, s)},
      {"padded s", der(r, '\0' + s)},
      {"empty r", der("", s)},
      {"empty s", der(r, "")},
      {"r = 0", der(std::string(1, '\0'), s)},
      {"s = 0", der(r, std::string(1, '\0'))},
      {"r = n", der(minimal(unhex(kOrder)), s)},
      {"s = n", der(r, minimal(unhex(kOrder)))},
      {"33-byte r", der('\1' + std::string(32, '\1'), s)},
      {"trailing byte", good + '\0'},
      {"trailing byte inside",
       [&] {
         auto d = good + '\0';
         ++d[1];
         return d;
       }()},
      {"long-form length", "\x30\x81" + std::string(1, good[1]) + good.substr(2)},
      {"longer-form length", std::string("\x30\x82\0", 3) + good[1] + good.substr(2)},
      {"indefinite length", "\x30\x80" + good.substr(2) + std::string(2, '\0')},
      {"set instead of sequence", '\x31' + good.substr(1)},
      {"bit string instead of integer", good.substr(0, 2) + '\x03' + good.substr(3)},
      {"huge length", "\x30\x84\xff\xff\xff\xff" + good.substr(2)},
      {"16 KB", good + std::string(16384, '\0')},
      {"16 KB length", std::string("\x30\x82\x40\x00", 4) + std::string(16384, '\1')},
  };
  for (const auto& [what, bytes] : bad) EXPECT_FALSE(key.public_key().verify_der(digest, bytes)) << what;
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(key.public_key().verify_der(digest, good.substr(0, size))) << size;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key.public_key().verify_der(digest, flipped)) << bit;
  }
}

TEST(Ecdh, BothSidesSeeOnePoint) {
  const auto a = some_key(1);
  const auto b = some_key(2);
  EXPECT_EQ(a.shared_point(b.public_key()), b.shared_point(a.public_key()));
  EXPECT_EQ(PrivateKey::anyone().shared_point(b.public_key()), b.public_key());
}

TEST(Tweak, PrivateAndPublicSideAgree) {
  const auto key = some_key();
  const auto tweak = crypto::sha256("tweak");
  EXPECT_EQ(key.plus(tweak)->public_key(), key.public_key().plus(tweak));
  EXPECT_FALSE(key.plus(digest_of(kOrder)));
  EXPECT_FALSE(key.public_key().plus(digest_of(kOrder)));
  // −1 + 1: neither the scalar zero nor the point at infinity is a key.
  const auto minus_one = PrivateKey::from_hex(kOrderMinus1).value();
  const auto one = digest_of("0000000000000000000000000000000000000000000000000000000000000001");
  EXPECT_FALSE(minus_one.plus(one));
  EXPECT_FALSE(minus_one.public_key().plus(one));
}

TEST(Base58Check, HoldsItsChecksum) {
  const auto address = base58check_decode("1Q1pE5vPGEEMqRcVRMbtBK842Y6Pzo6nK9");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->size(), 21u);
  EXPECT_EQ(address->front(), '\0');  // mainnet P2PKH
  EXPECT_EQ(base58check_encode(*address), "1Q1pE5vPGEEMqRcVRMbtBK842Y6Pzo6nK9");
  for (const char* broken : {"1Q1pE5vPGEEMqRcVRMbtBK842Y6Pzo6nK8", "1Q1pE5vPGEEMqRcVRMbtBK842Y6Pzo6nK0", "", "1"})
    EXPECT_FALSE(base58check_decode(broken)) << broken;
}

TEST(Ecdsa, ManyThreadsShareTheContext) {
  const auto key = some_key();
  std::atomic<int> good = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto digest = crypto::sha256(std::to_string(t * 1000 + i));
        good += key.public_key().verify(digest, crypto::view(key.sign_digest(digest)));
      }
    });
  threads.clear();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace sigma::bitcoin
