#include "sigma/oauth/sessions/session_identifier.hpp"

#include <gtest/gtest.h>

namespace sigma::oauth {
namespace {

TEST(SessionIdentifier, NamesASessionToOneClientOnly) {
  const store::SessionId session{"01900000-0000-7000-8000-000000000001"};
  const std::string sid = session_identifier(store::ClientId{"shop"}, session);
  // printf 'sid\nshop\n01900000-0000-7000-8000-000000000001' | openssl dgst -sha256 -binary | head -c16 | basenc
  // --base64url
  EXPECT_EQ(sid, "OaCMi1DfcIXdK9AzUr_qsg");
  EXPECT_EQ(session_identifier(store::ClientId{"shop"}, session), sid);
  EXPECT_NE(session_identifier(store::ClientId{"forum"}, session), sid);
  EXPECT_NE(session_identifier(store::ClientId{"shop"}, store::SessionId{"01900000-0000-7000-8000-000000000002"}), sid);
}

}  // namespace
}  // namespace sigma::oauth
