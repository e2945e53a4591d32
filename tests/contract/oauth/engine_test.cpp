#include "engine.hpp"
#include "sigma/oauth/grants/grant_types.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "user_rows.hpp"

namespace sigma::oauth::testing {
namespace {

// A grant that nobody could be registered for is one that nobody can use; one that is offered and not there, a lie.
TEST_F(EngineTest, WhatClientsAreRegisteredForIsWhatThereIsAGrantFor) {
  const std::vector<std::string> offered(kGrantTypes.begin(), kGrantTypes.end());
  EXPECT_EQ(offered, token.grant_types());
  for (const std::string& type : offered) {
    const core::Json client = {{"client_id", "c"},
                               {"client_name", "C"},
                               {"grant_types", {type}},
                               {"redirect_uris", {"https://c.example/cb"}},
                               {"token_endpoint_auth_method", "client_secret_basic"}};
    EXPECT_TRUE(parse_client(client, {}, clock.now())) << type;
  }
}

TEST_F(EngineTest, AnIdentityIsMadeCurrentByItsOwnerAlone) {
  const auto person = sign_in().value();
  const store::BapId own = *person.session.active_bap_id;
  ASSERT_TRUE(run(sessions.set_active_identity(*session_of(person), std::nullopt)));
  EXPECT_FALSE(session_of(person)->session.active_bap_id);
  const auto current = run(sessions.set_active_identity(*session_of(person), own));
  ASSERT_TRUE(current);
  EXPECT_EQ((*current)->bap_id, own);
  EXPECT_EQ(session_of(person)->session.active_bap_id, own);

  EXPECT_EQ(run(identities.of_user(person.user.id, own))->bap_id, own);
  for (const store::BapId& foreign : {store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"}, store::BapId{""}}) {
    EXPECT_EQ(run(identities.of_user(person.user.id, foreign)).error().code(), ErrorCode::not_a_member);
    EXPECT_EQ(run(sessions.set_active_identity(*session_of(person), foreign)).error().code(), ErrorCode::not_a_member);
  }
  EXPECT_EQ(run(identities.of_user(store::UserId{"somebody"}, own)).error().code(), ErrorCode::not_a_member);
}

}  // namespace
}  // namespace sigma::oauth::testing
