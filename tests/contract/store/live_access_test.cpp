// What decides about an access token in one read, and who is told when something may be live no more.
#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class LiveAccess : public StoreContract<Backend> {
 protected:
  LiveAccess() {
    Store& store = this->store();
    await(store.users.create_with_profile(make_user(), make_profile()));
    await(store.clients.create(make_client()));
    await(store.sessions.create(make_session()));
    AuthorizationCode code = make_code("code");
    await(store.tokens.create_code(code));
    await(store.tokens.redeem_code(code.hash, kNow, {make_access("code", "code"), make_refresh("code", "code")}));
  }
  std::optional<AccessContext> find(const std::string& label) {
    return await(this->store().live_access.find(make_access(label).hash));
  }
};
TYPED_TEST_SUITE(LiveAccess, Backends);

TYPED_TEST(LiveAccess, comes_with_client_user_and_profile) {
  const auto found = this->find("code");
  ASSERT_TRUE(found);
  Store& store = this->store();
  EXPECT_EQ(found->token, await(store.tokens.find_access(make_access("code").hash)));
  EXPECT_EQ(found->client, await(store.clients.find(found->token.client_id)));
  EXPECT_EQ(found->user, await(store.users.find(*found->token.user_id)));
  ASSERT_TRUE(found->token.bap_id);
  EXPECT_EQ(found->profile, await(store.users.find_profile(*found->token.bap_id)));
  EXPECT_FALSE(this->find("unknown"));
}

TYPED_TEST(LiveAccess, every_write_that_may_end_a_token_is_told_before_it_is_answered) {
  Store& store = this->store();
  int told = 0;
  this->database().tell_of_revocations([&told]() -> Task<> {
    ++told;
    co_return;
  });
  const UserId user{"user-1"};
  const ClientId client{"client-1"};
  int expected = 0;
  const auto tells = [&](const char* what) { EXPECT_EQ(told, ++expected) << what; };
  await(store.tokens.revoke_access(hash_of("some"), kNow));
  tells("revoke_access");
  await(store.tokens.revoke_grant(GrantId{"some"}, kNow));
  tells("revoke_grant");
  await(store.consents.remember({user, client, {}, {"openid"}, kNow, kNow}));
  EXPECT_EQ(told, expected) << "agreeing ends nothing";
  const ScopesOfClaims no_claims = [](const core::Json&) { return std::vector<std::string>{}; };
  await(store.consents.remember_part({user, client, {}, {"email"}, kNow, kNow}, {"openid"}, no_claims));
  tells("a part of what was agreed to");
  await(store.consents.narrow(user, client, {}, {}, no_claims, kNow));
  tells("narrow");
  await(store.consents.withdraw(user, client, {}, kNow));
  tells("withdraw");
  await(store.sessions.remove(make_session().id, kNow));
  tells("sign-out");
  await(store.users.update(make_user()));
  tells("a user may be disabled");
  await(store.users.update_profile({.bap_id = BapId{"bap-1"}, .user_id = user, .updated_at = kNow}));
  tells("a profile changes");
  await(store.clients.update(make_client()));
  tells("a client may be disabled");
  await(store.clients.remove(client));
  ++expected;  // switched off at once, and gone in the end
  tells("a client is gone");
  await(store.accounts.set_disabled(user, true, kNow));
  tells("an account is disabled");
  await(store.accounts.remove(user, kNow));
  tells("an account is gone");
}

}  // namespace
}  // namespace sigma::store::contract
