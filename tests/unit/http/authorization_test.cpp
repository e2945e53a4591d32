#include "sigma/http/authorization.hpp"

#include <gtest/gtest.h>

namespace sigma::http {
namespace {

TEST(AuthorizationCredentials, StandBehindTheSchemeAndOneBlankOrMore) {
  for (const char* header : {"Bearer abc", "bearer abc", "BEARER   abc"})
    EXPECT_EQ(authorization_credentials(header, "Bearer"), "abc") << header;
  EXPECT_EQ(authorization_credentials("Bearer a b ", "bearer"), "a b ") << "as it was sent";
  for (const char* header : {"", " ", "Bearer", "Bearer ", "Bearer  ", " Bearer abc", "Bearerabc", "Bearer\tabc",
                             "Basic abc", "Bearer, abc", "Bear abc"})
    EXPECT_FALSE(authorization_credentials(header, "Bearer")) << header;
}

}  // namespace
}  // namespace sigma::http
