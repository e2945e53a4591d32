#include "sigma/crypto/sealer.hpp"

#include <gtest/gtest.h>

#include "sigma/core/testing/fixed.hpp"

namespace sigma::crypto {
namespace {

const std::string kOld(40, 'o'), kNew(40, 'n');

Sealer sealer(const std::vector<std::string>& secrets) {
  std::vector<SecretBytes> list;
  for (const auto& secret : secrets) list.emplace_back(secret);
  return Sealer::create(list).value();
}

class SealerTest : public testing::Test {
 protected:
  std::string seal(const Sealer& by, std::string_view secret = "d") {
    return by.seal("signing key", "kid-1", secret, random_).value();
  }
  core::testing::SeededRandom random_;
};

TEST_F(SealerTest, OpensWithTheSamePurposeAndContextOnly) {
  const Sealer s = sealer({kNew});
  const std::string sealed = seal(s, "the secret");
  EXPECT_EQ(sealed.find("the secret"), std::string::npos);
  EXPECT_EQ(s.open("signing key", "kid-1", sealed).value().view(), "the secret");
  EXPECT_FALSE(s.open("signing key", "kid-2", sealed));
  EXPECT_FALSE(s.open("client secret", "kid-1", sealed));
  EXPECT_FALSE(s.open("signing keyk", "id-1", sealed));  // the border between the two is bound, too
  EXPECT_FALSE(sealer({kOld}).open("signing key", "kid-1", sealed));
}

TEST_F(SealerTest, RotatesThroughTheList) {
  const std::string sealed = seal(sealer({kOld}), "x");
  const Sealer both = sealer({kNew, kOld});
  EXPECT_EQ(both.open("signing key", "kid-1", sealed).value().view(), "x");
  EXPECT_FALSE(both.current(sealed));
  const std::string again = seal(both, "x");
  EXPECT_TRUE(both.current(again));
  EXPECT_EQ(sealer({kNew}).open("signing key", "kid-1", again).value().view(), "x");
}

TEST_F(SealerTest, RefusesEveryChange) {
  const Sealer s = sealer({kNew});
  const std::string sealed = seal(s);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string broken = sealed;
    broken[i] = broken[i] == 'A' ? 'B' : 'A';
    const auto opened = s.open("signing key", "kid-1", broken);
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code(), core::Code::unauthorized);
    EXPECT_FALSE(s.open("signing key", "kid-1", sealed.substr(0, i))) << i;
  }
  EXPECT_FALSE(s.open("signing key", "kid-1", sealed + "A"));
}

/// Written by this code in its first version: later versions must still open it.
TEST_F(SealerTest, OpensWhatTheFirstVersionSealed) {
  EXPECT_EQ(sealer({kNew})
                .open("signing key", "kid-1", "s1.53358130.NUmCPeXcYFYddXh7sSK7vit1Vnc1-hNY6jW7hjTgHsukIHlWdiOrqkD0")
                .value()
                .view(),
            "from version 1");
}

TEST_F(SealerTest, MacsByAnySecretForOnePurpose) {
  const Sealer old = sealer({kOld}), both = sealer({kNew, kOld});
  const std::string mac = old.mac("cookie", "session 1");
  EXPECT_EQ(mac.size(), 32u);
  EXPECT_TRUE(both.verify_mac("cookie", "session 1", mac));
  EXPECT_NE(both.mac("cookie", "session 1"), mac);
  EXPECT_FALSE(sealer({kNew}).verify_mac("cookie", "session 1", mac));
  EXPECT_FALSE(both.verify_mac("cookie", "session 2", mac));
  EXPECT_FALSE(both.verify_mac("csrf", "session 1", mac));
  EXPECT_FALSE(both.verify_mac("cookie", "session 1", mac.substr(0, 31)));
  EXPECT_FALSE(both.verify_mac("cookie", "session 1", ""));
}

TEST_F(SealerTest, NeedsDistinctSecretsOfEnoughLength) {
  const auto create = [](const std::vector<std::string>& secrets) {
    std::vector<SecretBytes> list;
    for (const auto& secret : secrets) list.emplace_back(secret);
    return Sealer::create(list).has_value();
  };
  EXPECT_FALSE(create({}));
  EXPECT_FALSE(create({std::string(31, 'x')}));
  EXPECT_FALSE(create({kNew, kNew}));
  EXPECT_FALSE(create({kNew, "short"}));
  EXPECT_TRUE(create({std::string(32, 'x')}));
}

}  // namespace
}  // namespace sigma::crypto
