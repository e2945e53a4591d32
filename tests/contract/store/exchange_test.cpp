// What an exchange decides about, in one read.
#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Exchanges : public StoreContract<Backend> {
 protected:
  Exchanges() {
    await(this->store().users.create_with_profile(make_user(), make_profile()));
    await(this->store().sessions.create(make_session()));
    await(this->store().tokens.create_code(code));
  }
  auto find_code(UtcTime now = kNow) { return await(this->store().exchanges.find_code(code.hash, now)); }

  static AuthorizationCode make_offline_code() {
    AuthorizationCode made = make_code();
    made.scopes.emplace_back("offline_access");
    return made;
  }
  const AuthorizationCode code = make_offline_code();
};
TYPED_TEST_SUITE(Exchanges, Backends);

TYPED_TEST(Exchanges, a_code_comes_with_its_person_while_the_session_lasts) {
  const auto found = this->find_code();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->code, this->code);
  EXPECT_EQ(found->user, make_user());
  ASSERT_TRUE(this->code.bap_id);
  EXPECT_EQ(found->profile, await(this->store().users.find_profile(*this->code.bap_id)));
  EXPECT_FALSE(await(this->store().exchanges.find_code(hash_of("unknown"), kNow)));

  EXPECT_FALSE(this->find_code(make_session().expires_at)->user) << "expired";
  EXPECT_TRUE(this->find_code(UtcTime{make_session().expires_at.ms - 1})->user);
  await(this->store().sessions.remove(make_session().id, kNow));
  ASSERT_TRUE(this->find_code());
  EXPECT_FALSE(this->find_code()->user) << "signed out";
}

TYPED_TEST(Exchanges, a_refresh_token_comes_with_its_person_whatever_became_of_the_session) {
  const RefreshToken token = make_refresh();
  await(this->store().tokens.redeem_code(this->code.hash, kNow, {make_access(), token}));
  await(this->store().sessions.remove(make_session().id, kNow));
  const auto found = await(this->store().exchanges.find_refresh(token.hash));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token, await(this->store().tokens.find_refresh(token.hash)));
  EXPECT_EQ(found->user, make_user());
  ASSERT_TRUE(token.bap_id);
  EXPECT_EQ(found->profile, await(this->store().users.find_profile(*token.bap_id)));
  EXPECT_FALSE(await(this->store().exchanges.find_refresh(hash_of("unknown"))));

  await(this->store().tokens.revoke_grant(token.grant_id, after(3)));
  EXPECT_EQ(await(this->store().exchanges.find_refresh(token.hash))->token.revoked_at, after(3));
}

}  // namespace
}  // namespace sigma::store::contract
