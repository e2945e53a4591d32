// Security cases 20, 21, 22 and 24 at the verify function, and what the vectors do not reach.
#include "sigma/bitcoin/auth_token.hpp"

#include "sigma/bitcoin/brc42.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "vectors.hpp"

namespace sigma::bitcoin {
namespace {

using namespace testing;
using Fault = AuthTokenFault;

const std::string kPath = "/api/auth/oauth2/token";
const std::string kBody = "grant_type=authorization_code&code=abc";

class AuthTokenTest : public ::testing::TestWithParam<AuthScheme> {
 protected:
  AuthTokenTest() : key_(PrivateKey::generate(random_)) {
    expectation_.paths = {kPath};
    expectation_.bodies = {kBody};
    expectation_.now = now_;
  }

  std::string make(const std::string& path = kPath, std::optional<std::string_view> body = kBody,
                   core::Milliseconds offset = {}) {
    return make_auth_token(key_, GetParam(), path, body, now_ + offset, random_).value();
  }

  /// The fault's name, or "ok".
  std::string verdict(const std::string& token) const {
    const auto result = verify_auth_token(token, expectation_);
    if (result) {
      EXPECT_EQ(result->pubkey, key_.public_key());
      return "ok";
    }
    EXPECT_FALSE(result.error().description.empty());
    return std::string(to_string(result.error().fault));
  }

  static std::vector<std::string> split(const std::string& token) {
    std::vector<std::string> fields(1);
    for (const char c : token) {
      if (c == '|') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    return fields;
  }
  static std::string join(const std::vector<std::string>& fields) {
    std::string token = fields[0];
    for (std::size_t i = 1; i < fields.size(); ++i) token += '|' + fields[i];
    return token;
  }
  static std::string with(const std::string& token, std::size_t field, const std::string& value) {
    auto fields = split(token);
    fields[field] = value;
    return join(fields);
  }

  core::testing::SeededRandom random_;
  core::UtcTime now_{1'770'000'000'000};
  PrivateKey key_;
  AuthTokenExpectation expectation_;
};

INSTANTIATE_TEST_SUITE_P(Schemes, AuthTokenTest, ::testing::Values(AuthScheme::bsm, AuthScheme::brc77),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST_P(AuthTokenTest, OwnTokenVerifies) {
  EXPECT_EQ(verdict(make()), "ok");
}

// Case 20.
TEST_P(AuthTokenTest, WindowIncludesItsBounds) {
  using namespace std::chrono_literals;
  for (const auto& [offset, expected] :
       std::initializer_list<std::pair<core::Milliseconds, const char*>>{{0s, "ok"},
                                                                         {-1s, "ok"},
                                                                         {1s, "ok"},
                                                                         {-5min, "ok"},
                                                                         {5min, "ok"},
                                                                         {-5min - 1ms, "expired"},
                                                                         {5min + 1ms, "future"},
                                                                         {-365 * 24h, "expired"},
                                                                         {365 * 24h, "future"}})
    EXPECT_EQ(verdict(make(kPath, kBody, offset)), expected) << offset.count();
}

TEST_P(AuthTokenTest, TimeFaultsNameTheServersTime) {
  const auto result = verify_auth_token(make(kPath, kBody, std::chrono::hours(-1)), expectation_);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().description.find(core::to_iso8601(now_)), std::string::npos) << result.error().description;
  EXPECT_NE(result.error().description.find("3600 s behind"), std::string::npos) << result.error().description;
}

TEST_P(AuthTokenTest, TimesOfOtherShapes) {
  const auto iso = core::to_iso8601(now_);  // 2026-02-02T02:40:00.000Z
  for (const auto& time :
       {std::string(), std::string("abc"), std::string("1770000000"), std::string("1770000000000"), iso + " ",
        " " + iso, iso.substr(0, 23), iso.substr(0, 23) + "+00:00", iso.substr(0, 23) + "z", iso.substr(0, 19) + "Z",
        iso.substr(2), iso.substr(0, 11) + "24:00:00.000Z", iso.substr(0, 17) + "60.000Z",
        "+00" + iso.substr(0, 4) + iso.substr(4), iso.substr(0, 10) + " " + iso.substr(11),
        iso.substr(0, 8) + "31" + iso.substr(10), iso + std::string(1, '\0'), std::string("-26-02-02T02:40:00.000Z"),
        std::string(4000, '2')})
    EXPECT_EQ(verdict(with(make(), 2, time)), "timestamp") << time;
}

// Case 21.
TEST_P(AuthTokenTest, OtherPaths) {
  for (const auto& path :
       {"/api/auth/oauth2/token/", "/api/auth/oauth2/token?x=1", "/api/auth/oauth2/toke%6e", "/oauth2/token",
        "/API/auth/oauth2/token", "//api/auth/oauth2/token", "", "https://a.example/api/auth/oauth2/token"})
    EXPECT_EQ(verdict(make(path)), "path") << path;
  EXPECT_EQ(verdict(with(make("/other"), 3, kPath)), "signature");
  expectation_.paths = {"/canonical", kPath};
  EXPECT_EQ(verdict(make()), "ok");
  EXPECT_EQ(verdict(make("/canonical")), "ok");
  expectation_.paths = {};
  EXPECT_EQ(verdict(make()), "path");
}

TEST_P(AuthTokenTest, PathWithABarIsNeverSigned) {
  EXPECT_FALSE(make_auth_token(key_, GetParam(), "/a|b", std::nullopt, now_, random_));
}

TEST_P(AuthTokenTest, OtherBodies) {
  EXPECT_EQ(verdict(make(kPath, kBody + "&")), "signature");
  EXPECT_EQ(verdict(make(kPath, std::nullopt)), "signature");
  EXPECT_EQ(verdict(make(kPath, "")), "signature");
  expectation_.bodies = {};
  EXPECT_EQ(verdict(make()), "signature");
  EXPECT_EQ(verdict(make(kPath, std::nullopt)), "ok");
  expectation_.bodies = {""};
  EXPECT_EQ(verdict(make(kPath, "")), "ok");
}

TEST_P(AuthTokenTest, SaysWhichBodyIsCovered) {
  const std::string legacy = "a=b+c";
  expectation_.bodies = {"a=b%20c", legacy};
  EXPECT_EQ(verify_auth_token(make(kPath, "a=b%20c"), expectation_)->signed_body, 0u);
  EXPECT_EQ(verify_auth_token(make(kPath, legacy), expectation_)->signed_body, 1u);
  EXPECT_EQ(verdict(make(kPath, std::nullopt)), "signature");
  expectation_.body_may_be_unsigned = true;
  EXPECT_EQ(verify_auth_token(make(kPath, legacy), expectation_)->signed_body, 1u);
  EXPECT_EQ(verify_auth_token(make(kPath, std::nullopt), expectation_)->signed_body, std::nullopt);
  EXPECT_EQ(verdict(make(kPath, "a=c")), "signature");
}

// Case 22.
TEST_P(AuthTokenTest, ClaimingAnotherKey) {
  const auto other = PrivateKey::generate(random_);
  const auto forged = with(make(), 0, other.public_key().hex());
  EXPECT_EQ(verdict(forged), GetParam() == AuthScheme::bsm ? "signature" : "key_mismatch");
  const auto mirrored = (key_.public_key().hex()[1] == '2' ? "03" : "02") + key_.public_key().hex().substr(2);
  EXPECT_NE(verdict(with(make(), 0, mirrored)), "ok");
}

TEST_P(AuthTokenTest, FormsOfTheKeyField) {
  const auto token = make();
  const auto key = key_.public_key().hex();
  auto upper = key;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  EXPECT_EQ(verdict(with(token, 0, upper)), "ok");
  for (const auto& form :
       {std::string(), std::string("00"), core::hex_encode(crypto::view(key_.public_key().uncompressed())), key + "00",
        key.substr(2), key.substr(0, 64), " " + key, key + " ", "0x" + key.substr(2), "04" + key.substr(2),
        "06" + key.substr(2), std::string(66, '0'), std::string("02") + std::string(64, 'f'),
        std::string(62, '0') + "0005", "02" + std::string(62, '0') + "05", std::string(66, 'z'), std::string(66, '\0'),
        std::string(7000, '0')})
    EXPECT_EQ(verdict(with(token, 0, form)), "pubkey") << form;
}

TEST_P(AuthTokenTest, FaultsComeInTheContractsOrder) {
  const auto other = PrivateKey::generate(random_).public_key().hex();
  const std::string off_curve = "02" + std::string(62, '0') + "05";
  auto fields = split(make("/elsewhere", "other body"));
  fields[0] = off_curve;
  fields[1] = "none";
  fields[2] = "never";
  EXPECT_EQ(verdict(join(fields) + "|"), "malformed");
  EXPECT_EQ(verdict(join(fields)), "scheme");
  fields[1] = to_string(GetParam());
  EXPECT_EQ(verdict(join(fields)), "pubkey");
  fields[0] = other;
  EXPECT_EQ(verdict(join(fields)), "timestamp");
  fields[2] = core::to_iso8601(now_ - std::chrono::hours(1));
  EXPECT_EQ(verdict(join(fields)), "expired");
  fields[2] = core::to_iso8601(now_);
  EXPECT_EQ(verdict(join(fields)), "path");
  fields[3] = kPath;
  if (GetParam() == AuthScheme::brc77) EXPECT_EQ(verdict(join(fields)), "key_mismatch");
  fields[0] = key_.public_key().hex();
  EXPECT_EQ(verdict(join(fields)), "signature");
  EXPECT_EQ(verdict(make()), "ok");
}

// Case 24.
TEST_P(AuthTokenTest, ShapeAndScheme) {
  const auto token = make();
  const auto fields = split(token);
  for (const auto& shape :
       {std::string(), std::string("|"), std::string("|||"), std::string("|||||"), std::string(8000, '|'), token + "|",
        "|" + token, fields[0] + fields[1], join({fields[0], fields[1], fields[2], fields[3]})})
    EXPECT_EQ(verdict(shape), "malformed") << shape.substr(0, 100);
  EXPECT_EQ(verdict("||||"), "scheme");
  for (const auto& scheme : {std::string(), std::string("BSM"), std::string("Brc77"), std::string("none"),
                             std::string("bsm "), std::string("brc77\0", 6), std::string("bsm\0", 4)})
    EXPECT_EQ(verdict(with(token, 1, scheme)), "scheme") << scheme;
  EXPECT_EQ(verdict(with(token, 1, GetParam() == AuthScheme::bsm ? "brc77" : "bsm")), "signature");
}

TEST_P(AuthTokenTest, EightKilobytesAreTheLimit) {
  auto path = "/" + std::string(kMaxAuthTokenSize, 'p');
  path.resize(path.size() - (make(path).size() - kMaxAuthTokenSize));
  expectation_.paths = {path};
  auto token = make(path);
  // A DER signature is 70 to 71 bytes long; draw until the token has exactly the size allowed.
  for (int i = 0; i < 100 && token.size() != kMaxAuthTokenSize; ++i) token = make(path);
  ASSERT_EQ(token.size(), kMaxAuthTokenSize);
  EXPECT_EQ(verdict(token), "ok");
  path += 'p';
  expectation_.paths = {path};
  for (int i = 0; i < 100 && token.size() != kMaxAuthTokenSize + 1; ++i) token = make(path);
  ASSERT_EQ(token.size(), kMaxAuthTokenSize + 1);
  EXPECT_EQ(verdict(token), "malformed");
  EXPECT_EQ(verdict(std::string(1 << 20, '|')), "malformed");
}

TEST_P(AuthTokenTest, SignatureText) {
  const auto token = make();
  const auto good = split(token)[4];
  auto url_safe = good;
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  auto trailing_bits = good;
  if (good.ends_with("=")) {
    auto& last = trailing_bits[good.find('=') - 1];
    last = last == 'A' ? 'B' : static_cast<char>(last + 1);
  }
  for (const auto& text : {std::string(),
                           std::string("="),
                           std::string("===="),
                           std::string("A"),
                           good + " ",
                           " " + good,
                           good + "\n",
                           good + "=",
                           good + "A",
                           good + "AAAA",
                           good.substr(0, 40) + " " + good.substr(40),
                           good.substr(0, 40) + "\r\n" + good.substr(40),
                           good.substr(0, good.size() - 1),
                           good + std::string(1, '\0'),
                           std::string(1, '\0') + good.substr(1),
                           std::string(4096, 'A'),
                           std::string(8000, 'A'),
                           std::string(good.size(), 'A'),
                           std::string(good.size(), '/'),
                           std::string(good.size(), '!')})
    EXPECT_EQ(verdict(with(token, 4, text)), "signature") << text.substr(0, 120);
  if (url_safe != good) EXPECT_EQ(verdict(with(token, 4, url_safe)), "signature");
  if (trailing_bits != good) EXPECT_EQ(verdict(with(token, 4, trailing_bits)), "signature");
  // 16 KB: beyond the limit of the whole token.
  EXPECT_EQ(verdict(with(token, 4, std::string(16384, 'A'))), "malformed");
}

/// Two spellings of one signature: only the "compressed" flag of the BSM header may differ.
bool same_signature(AuthScheme scheme, const std::optional<std::string>& a, const std::string& b) {
  if (scheme != AuthScheme::bsm || !a || a->size() != b.size() || a->substr(1) != b.substr(1)) return a == b;
  const auto header = [](const std::string& signature) { return static_cast<std::uint8_t>(signature[0]) - 27; };
  return header(*a) >= 0 && header(*a) < 8 && header(*a) % 4 == header(b) % 4;
}

TEST_P(AuthTokenTest, EveryTruncationAndEveryBit) {
  const auto token = make();
  for (std::size_t size = 0; size < token.size(); ++size) EXPECT_NE(verdict(token.substr(0, size)), "ok") << size;

  const auto signature = unbase64(split(token)[4]);
  const auto key_end = token.find('|');
  for (std::size_t bit = 0; bit < token.size() * 8; ++bit) {
    auto bad = token;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    // Bit 5 of a letter is its case, which the key field alone may change.
    const bool same_key =
        bit / 8 < key_end && bit % 8 == 5 && std::isalpha(static_cast<unsigned char>(token[bit / 8])) != 0;
    const bool same_rest = bit / 8 > token.rfind('|') &&
                           same_signature(GetParam(), core::base64_decode(bad.substr(token.rfind('|') + 1)), signature);
    EXPECT_EQ(verdict(bad) == "ok", same_key || same_rest) << bit;
  }
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    auto bad = signature;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(verdict(with(token, 4, core::base64_encode(bad))) == "ok", same_signature(GetParam(), bad, signature))
        << bit;
  }
  for (std::size_t size = 0; size < signature.size(); ++size)
    EXPECT_EQ(verdict(with(token, 4, core::base64_encode(signature.substr(0, size)))), "signature") << size;
}

TEST_P(AuthTokenTest, OneReplayKeyForAllFormsOfAStatement) {
  const auto token = make();
  const auto replay_key = verify_auth_token(token, expectation_)->replay_key;
  EXPECT_EQ(replay_key.size(), 32u);
  EXPECT_EQ(replay_key,
            crypto::to_string(crypto::sha256(key_.public_key().hex() + "|" + kPath + "|" + core::to_iso8601(now_) +
                                             "|" + core::hex_encode(crypto::view(crypto::sha256(kBody))))));
  auto upper = split(token);
  std::ranges::transform(upper[0], upper[0].begin(),
                         [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  EXPECT_EQ(verify_auth_token(join(upper), expectation_)->replay_key, replay_key);
  EXPECT_EQ(verify_auth_token(make(), expectation_)->replay_key, replay_key);  // brc77: another key id
  EXPECT_NE(verify_auth_token(make(kPath, kBody, core::Milliseconds(1)), expectation_)->replay_key, replay_key);
}

TEST_P(AuthTokenTest, RememberedPastTheWindow) {
  const auto late = make(kPath, kBody, std::chrono::minutes(5));
  const auto verified = verify_auth_token(late, expectation_);
  ASSERT_TRUE(verified);
  expectation_.now = verified->remember_until;
  EXPECT_EQ(verdict(late), "expired");
}

TEST_P(AuthTokenTest, KnownKeyOnlySavesTime) {
  const auto mine = key_.public_key();
  const auto other = PrivateKey::generate(random_).public_key();
  for (const auto* known : {&mine, &other}) {
    expectation_.known_key = known;
    EXPECT_EQ(verdict(make()), "ok");
    EXPECT_NE(verdict(with(make(), 0, other.hex())), "ok");
  }
}

TEST_P(AuthTokenTest, ErrorsSayWhatIsExpected) {
  EXPECT_NE(verify_auth_token(make("/x"), expectation_).error().description.find(kPath), std::string::npos);
}

}  // namespace
}  // namespace sigma::bitcoin
