#include "sigma/wallet/challenge.hpp"

#include <gtest/gtest.h>

#include "sigma/core/testing/fixed.hpp"

namespace sigma::wallet {
namespace {

crypto::Sealer sealer_of(const std::string& secret) {
  std::vector<crypto::SecretBytes> secrets;
  secrets.emplace_back(secret);
  return std::move(crypto::Sealer::create(secrets)).value();
}

class ChallengeTest : public ::testing::Test {
 protected:
  std::string refusal(std::string_view text, const ChallengePurpose& wanted) {
    const auto opened = book.open(text, wanted);
    return opened ? "" : opened.error().description();
  }

  core::testing::FixedClock clock;
  core::testing::SeededRandom random;
  const crypto::Sealer sealer = sealer_of("a secret of the test, long enough to be one");
  const ChallengeBook book{sealer, clock, random};
  const ChallengePurpose purpose{"https://id.example", store::BapId{"bap-1"}, store::SessionId{"session-1"}};
};

TEST_F(ChallengeTest, IsReadByWhoMadeItAndNamesPlaceAndAccount) {
  const Challenge made = book.make(purpose);
  const auto opened = book.open(made.text, purpose);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->nonce, made.nonce);
  EXPECT_EQ(opened->expires_at, clock.now() + kChallengeLifetime);
  EXPECT_TRUE(made.text.starts_with("id.example asks to connect this Bitcoin wallet to the account bap-1.\n"));
  EXPECT_EQ(made.text.find("session-1"), std::string::npos);
  EXPECT_NE(book.make(purpose).nonce, made.nonce);
}

TEST_F(ChallengeTest, Case62Expires) {
  const Challenge made = book.make(purpose);
  clock.advance(kChallengeLifetime - core::Milliseconds{1});
  EXPECT_EQ(refusal(made.text, purpose), "");
  clock.advance(core::Milliseconds{1});
  EXPECT_NE(refusal(made.text, purpose).find("expired"), std::string::npos);
}

TEST_F(ChallengeTest, Case62IsForOneAccountSessionAndServer) {
  const Challenge made = book.make(purpose);
  ChallengePurpose other = purpose;
  other.bap_id = store::BapId{"bap-2"};
  EXPECT_NE(refusal(made.text, other).find("another account"), std::string::npos);
  other = purpose;
  other.session_id = store::SessionId{"session-2"};
  EXPECT_NE(refusal(made.text, other).find("another session"), std::string::npos);
  other = purpose;
  other.base_url = "https://other.example";
  EXPECT_NE(refusal(made.text, other).find("another address"), std::string::npos);
  const crypto::Sealer foreign = sealer_of("another secret of the test, as long as the first one");
  EXPECT_FALSE(ChallengeBook(foreign, clock, random).open(made.text, purpose));
}

TEST_F(ChallengeTest, Case62EveryOtherTextIsRefused) {
  const std::string text = book.make(purpose).text;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    std::string changed = text, longer = text;
    if (i < text.size()) {
      changed[i] = changed[i] == 'x' ? 'y' : 'x';
      // The last letter of base64url carries bits that do not count; strict decoding refuses those too.
      EXPECT_FALSE(book.open(changed, purpose)) << i;
    }
    longer.insert(i, "\n");
    EXPECT_FALSE(book.open(longer, purpose)) << i;
    EXPECT_FALSE(book.open(text.substr(0, i) + (i == text.size() ? "=" : ""), purpose)) << i;
  }
  EXPECT_FALSE(book.open("Hello\n" + text, purpose));
  EXPECT_FALSE(book.open(text + text, purpose));
  EXPECT_FALSE(book.open(std::string(100'000, 'x'), purpose));
  // A seal of ours for another purpose is no seal here.
  const std::string body = text.substr(0, text.rfind("\nSeal: "));
  EXPECT_FALSE(book.open(body + "\nSeal: " + sealer.mac("oauth_query", body), purpose));
}

}  // namespace
}  // namespace sigma::wallet
