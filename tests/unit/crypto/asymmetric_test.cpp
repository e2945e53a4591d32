#include "sigma/crypto/asymmetric.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "sigma/core/encoding.hpp"

namespace sigma::crypto {
namespace {

struct Scheme {
  SignatureScheme scheme;
  std::size_t signature_size;
};
constexpr Scheme kSchemes[] = {{SignatureScheme::rsa_pkcs1_sha256, 256},
                               {SignatureScheme::rsa_pss_sha256, 256},
                               {SignatureScheme::p256_ecdsa_sha256, 64},
                               {SignatureScheme::ed25519, 64}};

/// One key of each type for the whole program: RSA generation takes up to half a second.
const PrivateKey& key_of(KeyType type) {
  static const PrivateKey rsa = PrivateKey::generate(KeyType::rsa).value();
  static const PrivateKey p256 = PrivateKey::generate(KeyType::p256).value();
  static const PrivateKey ed25519 = PrivateKey::generate(KeyType::ed25519).value();
  return type == KeyType::rsa ? rsa : type == KeyType::p256 ? p256 : ed25519;
}

PublicKey public_key(const PrivateKey& key) {
  const auto numbers = key.public_components().value();
  switch (key.type()) {
    case KeyType::rsa:
      return PublicKey::rsa(numbers.first, numbers.second).value();
    case KeyType::p256:
      return PublicKey::p256(numbers.first, numbers.second).value();
    case KeyType::ed25519:
      break;
  }
  return PublicKey::ed25519(numbers.first).value();
}

TEST(Asymmetric, VerifiesItsOwnSignaturesOnly) {
  for (const auto& [scheme, size] : kSchemes) {
    const PrivateKey& key = key_of(key_type(scheme));
    const PublicKey verifier = public_key(key);
    const std::string signature = key.sign(scheme, "message").value();
    EXPECT_EQ(signature.size(), size);
    EXPECT_EQ(verifier.signature_size(), size);
    EXPECT_TRUE(verifier.verify(scheme, "message", signature));
    EXPECT_FALSE(verifier.verify(scheme, "Message", signature));
    EXPECT_FALSE(verifier.verify(scheme, "message", signature.substr(1)));
    EXPECT_FALSE(verifier.verify(scheme, "message", signature + '\0'));
    EXPECT_FALSE(verifier.verify(scheme, "message", ""));
    EXPECT_FALSE(verifier.verify(scheme, "message", std::string(size, '\0')));
    EXPECT_FALSE(verifier.verify(scheme, "message", std::string(size, '\xff')));
    for (std::size_t i = 0; i < size; i += 7) {
      std::string broken = signature;
      broken[i] = static_cast<char>(broken[i] ^ 0x10);
      EXPECT_FALSE(verifier.verify(scheme, "message", broken)) << i;
    }
    for (const auto& [other, unused] : kSchemes) {
      if (other != scheme) EXPECT_FALSE(verifier.verify(other, "message", signature));
    }
  }
}

TEST(Asymmetric, SurvivesExportAndImport) {
  for (const auto& [scheme, size] : kSchemes) {
    const PrivateKey& key = key_of(key_type(scheme));
    const SecretBytes der = key.to_pkcs8().value();
    const auto again = PrivateKey::from_pkcs8(key.type(), der.view());
    ASSERT_TRUE(again);
    EXPECT_TRUE(public_key(key).verify(scheme, "m", again->sign(scheme, "m").value()));
    for (const KeyType other : {KeyType::rsa, KeyType::p256, KeyType::ed25519}) {
      if (other != key.type()) EXPECT_FALSE(PrivateKey::from_pkcs8(other, der.view()));
    }
    EXPECT_FALSE(PrivateKey::from_pkcs8(key.type(), std::string(der.view()) + "x"));
    EXPECT_FALSE(PrivateKey::from_pkcs8(key.type(), der.view().substr(0, der.size() - 1)));
    EXPECT_FALSE(PrivateKey::from_pkcs8(key.type(), ""));
  }
}

TEST(Asymmetric, SignsOnSeveralThreadsAtOnce) {
  for (const auto& [scheme, size] : kSchemes) {
    const PrivateKey& key = key_of(key_type(scheme));
    const PublicKey verifier = public_key(key);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const std::string message = std::to_string(t * 1000 + i);
          if (!verifier.verify(scheme, message, key.sign(scheme, message).value())) ++wrong;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(PrivateKey, RefusesASchemeOfAnotherType) {
  EXPECT_FALSE(key_of(KeyType::rsa).sign(SignatureScheme::ed25519, "m"));
  EXPECT_FALSE(key_of(KeyType::p256).sign(SignatureScheme::rsa_pss_sha256, "m"));
}

TEST(RsaPublicKey, RefusesNumbersOutOfRange) {
  const std::string e = "\x01" + std::string(1, '\0') + "\x01";
  const std::string n = key_of(KeyType::rsa).public_components().value().first;
  const std::string odd_2047 = '\x7f' + std::string(254, '\xff') + '\x01';
  std::string even = n;
  even.back() = static_cast<char>(even.back() & ~1);
  EXPECT_TRUE(PublicKey::rsa(n, e));
  EXPECT_TRUE(PublicKey::rsa(n, "\x03"));
  for (const std::string& modulus :
       {std::string(), odd_2047, even, '\0' + n, n.substr(0, 128), std::string(1025, '\xff')}) {
    EXPECT_FALSE(PublicKey::rsa(modulus, e)) << modulus.size();
  }
  for (const std::string& exponent : {std::string(), std::string("\x01"), std::string("\x02"), std::string(1, '\0'),
                                      std::string("\x01\x01\x01\x01\x01")}) {
    EXPECT_FALSE(PublicKey::rsa(n, exponent)) << core::hex_encode(exponent);
  }
}

TEST(P256PublicKey, RefusesPointsOffTheCurve) {
  const auto [x, y] = key_of(KeyType::p256).public_components().value();
  EXPECT_FALSE(PublicKey::p256(y, x));
  EXPECT_FALSE(PublicKey::p256(x, x));
  EXPECT_FALSE(PublicKey::p256(x.substr(1), y));
  EXPECT_FALSE(PublicKey::p256(std::string(32, '\0'), std::string(32, '\0')));
  EXPECT_FALSE(PublicKey::p256(std::string(32, '\xff'), std::string(32, '\xff')));
  EXPECT_FALSE(PublicKey::p256("", ""));
}

// RFC 8032 §7.1: the public keys of tests 1, 2 and 3.
TEST(Ed25519PublicKey, TakesPointsOfLargeOrder) {
  for (const auto* key : {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                          "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"}) {
    EXPECT_TRUE(PublicKey::ed25519(core::hex_decode(key).value())) << key;
  }
  for (int i = 0; i < 50; ++i) {
    const auto fresh = PrivateKey::generate(KeyType::ed25519).value();
    EXPECT_TRUE(PublicKey::ed25519(fresh.public_components().value().first));
  }
}

TEST(Ed25519PublicKey, RefusesWhatIsNoUsefulPoint) {
  const std::string zeros(62, '0');
  for (const std::string& key : {
           zeros + "0000", "01" + zeros + "00", zeros + "0080",                              // order 4, 1, 4
           "ec" + std::string(60, 'f') + "7f",                                               // order 2
           std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),  // order 8
           std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
           std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
           std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
           "ed" + std::string(60, 'f') + "7f", "ee" + std::string(60, 'f') + "7f", std::string(64, 'f'),  // y ≥ p
           "02" + zeros + "00",                                                                           // on no point
           std::string("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751"),                 // 31 bytes
       }) {
    EXPECT_FALSE(PublicKey::ed25519(core::hex_decode(key).value())) << key;
  }
}

}  // namespace
}  // namespace sigma::crypto
