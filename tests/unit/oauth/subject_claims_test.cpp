#include <gtest/gtest.h>

#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::oauth {
namespace {

TEST(SubjectClaims, PictureIsNeverThatOfAnotherIdentity) {
  store::User user;
  user.id = store::UserId{"user-1"};
  user.image = "https://pictures.example.com/first.png";
  EXPECT_EQ(display_picture({.user = user, .profile = {}}), user.image);
  store::Profile second;
  second.bap_id = store::BapId{"bap-2"};
  second.user_id = user.id;
  EXPECT_EQ(display_picture({.user = user, .profile = second}), std::nullopt);
  EXPECT_FALSE(subject_claims({.user = user, .profile = second}, {"profile"}).contains("picture"));
  second.image = "https://pictures.example.com/second.png";
  EXPECT_EQ(display_picture({.user = user, .profile = second}), second.image);
}

}  // namespace
}  // namespace sigma::oauth
