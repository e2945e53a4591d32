#include "engine.hpp"

#include "sigma/bap/bap_id.hpp"
#include "sigma/oauth/identities/follow_profile.hpp"
#include "user_rows.hpp"

namespace sigma::oauth::testing {
namespace {

TEST_F(EngineTest, FirstSignInCreatesUserAndIdentityAndLaterOnesFindThem) {
  const auto first = sign_in().value();
  EXPECT_EQ(first.user.name, person_key->public_key().address());
  ASSERT_TRUE(first.session.active_bap_id);
  EXPECT_EQ(first.session.active_bap_id->str(), bap::bap_id_from_root_address(person_key->public_key().address()));
  const auto second = sign_in().value();
  EXPECT_EQ(second.user.id, first.user.id);
  EXPECT_NE(second.session_token, first.session_token);
}

TEST_F(EngineTest, AnUnprovenIdentityIsNotBelieved) {
  ASSERT_TRUE(sign_in());
  EXPECT_EQ(sign_in("2RseHSaFbT8wnM8psnp6XjvQtXVR").error().code(), ErrorCode::bap_ownership_failed);
  const std::string own = bap::bap_id_from_root_address(person_key->public_key().address());
  EXPECT_EQ(sign_in(own).value().session.active_bap_id->str(), own);
}

TEST_F(EngineTest, SomebodyElsesIdentityIsNotBelieved) {
  const auto owner = sign_in().value();
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  EXPECT_EQ(sign_in(owner.session.active_bap_id->str()).error().code(), ErrorCode::bap_ownership_failed);
}

// Security case 19.
TEST_F(EngineTest, ATokenIsGoodForOneRequest) {
  SignInRequest request;
  request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  ASSERT_TRUE(run(sessions.sign_in(request)));
  const auto again = run(sessions.sign_in(request));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::invalid_auth_token_signature);
  EXPECT_NE(again.error().description().find("used before"), std::string::npos);
}

TEST_F(EngineTest, ImplicitSignUpCanBeOff) {
  Settings closed = settings;
  closed.implicit_sign_up = false;
  SessionService strict{store.users,  store.sessions, store.chain_keys, chain, profiles,
                        x_auth_token, clock,          random,           closed};
  const auto attempt = [&](std::optional<std::string> bap_id) {
    SignInRequest request;
    request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
    request.bap_id = std::move(bap_id);
    clock.advance(core::Milliseconds{2});
    return run(strict.sign_in(std::move(request))).error().code();
  };
  EXPECT_EQ(attempt(std::nullopt), ErrorCode::user_not_found);
  EXPECT_EQ(attempt("2RseHSaFbT8wnM8psnp6XjvQtXVR"), ErrorCode::restore_profile_not_found);
}

TEST_F(EngineTest, HeadersAreReadStrictly) {
  EXPECT_EQ(run(sessions.sign_in({})).error().code(), ErrorCode::no_auth_token_provided);
  SignInRequest two;
  two.x_auth_tokens = {"a", "b"};
  EXPECT_EQ(run(sessions.sign_in(two)).error().code(), ErrorCode::invalid_auth_token_format);
  SignInRequest garbled;
  garbled.x_auth_tokens = {"02|bsm|now"};
  EXPECT_EQ(run(sessions.sign_in(garbled)).error().code(), ErrorCode::invalid_auth_token_format);
}

TEST_F(EngineTest, SessionsCanBeListedAndRevoked) {
  const auto first = sign_in().value();
  const auto second = sign_in().value();
  EXPECT_EQ(run(sessions.list(first.user.id))->size(), 2u);
  ASSERT_TRUE(run(sessions.revoke(first.user.id, first.session.id.str())));
  EXPECT_FALSE(session_of(first));
  ASSERT_TRUE(run(sessions.revoke(store::UserId{"somebody-else"}, second.session.id.str())));
  EXPECT_TRUE(session_of(second)) << "not theirs to end";
  ASSERT_TRUE(run(sessions.revoke_all(first.user.id, std::nullopt)));
  EXPECT_FALSE(session_of(second));
}

// Security case 46.
TEST_F(EngineTest, SigningInAgainInOneBrowserEndsTheOldTokenAndKeepsTheSession) {
  const auto first = sign_in().value();
  const auto tokens = redeem(code_for(first)).value();
  SignInRequest again;
  again.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  again.browser.session_token = first.session_token;
  const auto second = run(sessions.sign_in(again)).value();
  EXPECT_NE(second.session_token, first.session_token);
  EXPECT_FALSE(session_of(first)) << "whoever knew the old token has lost the session";
  EXPECT_EQ(second.session.id, first.session.id);
  EXPECT_GT(second.session.auth_time, first.session.auth_time);
  EXPECT_EQ(session_of(second)->session, second.session);
  EXPECT_EQ(run(sessions.list(first.user.id))->size(), 1u);
  EXPECT_TRUE(is_alive(tokens)) << "the person has not signed out";
}

// Security case 46.
TEST_F(EngineTest, SigningInAsSomebodyElseLeavesTheOtherSessionAlone) {
  const auto first = sign_in().value();
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  SignInRequest other;
  other.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  other.browser.session_token = first.session_token;
  const auto second = run(sessions.sign_in(other)).value();
  EXPECT_NE(second.session.id, first.session.id);
  EXPECT_EQ(session_of(first)->user.id, first.user.id);
  EXPECT_EQ(session_of(second)->user.id, second.user.id);
}

TEST_F(EngineTest, ADisabledPersonHasNoSessionAndCannotGetOne) {
  const auto signed_in = sign_in().value();
  set_user(database, signed_in.user.id, "disabled = TRUE");
  EXPECT_FALSE(session_of(signed_in));
  EXPECT_EQ(sign_in().error().code(), ErrorCode::user_disabled);
  SignUpRequest sign_up;
  sign_up.body = "{}";
  sign_up.bap_id = signed_in.session.active_bap_id->str();
  sign_up.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  sign_up.enrollment_proofs = {token_for(*person_key, kSignUpPath, sign_up.body)};
  EXPECT_EQ(run(sessions.sign_up(sign_up)).error().code(), ErrorCode::user_disabled);
}

// Whoever has read the account before the operator switched it off does not switch it on by what they write after.
TEST_F(EngineTest, Case30WhatComesTooLateDoesNotUndoABan) {
  auto here = session_of(sign_in().value()).value();
  set_user(database, here.user.id, "roles = 'user', subscription_tier = 'plus'");
  ASSERT_TRUE(*run(accounts.set_disabled(here.user.id, true)));
  const store::Profile profile = *run(store.users.find_profile(*here.session.active_bap_id)).value();
  store::Profile renamed = profile;
  renamed.name = "Followed";
  ASSERT_TRUE(run(follow_profile(store.users, {here.user, renamed}, clock.now())));
  ASSERT_TRUE(run(own_account.describe(here, {.name = "Ada", .image = {}})));
  const store::User user = *run(store.users.find(here.user.id)).value();
  EXPECT_TRUE(user.disabled);
  EXPECT_EQ(user.subscription_tier, "plus");
  EXPECT_EQ(user.name, "Ada");
  EXPECT_EQ(run(store.users.find_profile(profile.bap_id)).value()->name, "Ada");
  EXPECT_EQ(sign_in().error().code(), ErrorCode::user_disabled);
}

TEST_F(EngineTest, WhoNamesAnIdentityOfSomebodyElseIsNotToldToSignUp) {
  const auto owner = sign_in().value();
  Settings closed = settings;
  closed.implicit_sign_up = false;
  SessionService strict{store.users,  store.sessions, store.chain_keys, chain, profiles,
                        x_auth_token, clock,          random,           closed};
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  SignInRequest request;
  request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  request.bap_id = owner.session.active_bap_id->str();
  EXPECT_EQ(run(strict.sign_in(request)).error().code(), ErrorCode::bap_ownership_failed);
}

TEST_F(EngineTest, AStrangerWhoNamesAForeignIdentityGetsNoAccount) {
  const auto owner = sign_in().value();
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  for (const std::string& wanted : {owner.session.active_bap_id->str(), std::string("nobody's")}) {
    EXPECT_EQ(sign_in(wanted).error().code(), ErrorCode::bap_ownership_failed);
    EXPECT_FALSE(run(store.users.find_by_pubkey(person_key->public_key().hex())).value()) << wanted;
  }
}

// Contract §13.26.
TEST_F(EngineTest, WithoutImplicitSignUpAKnownKeyLearnsThatAnIdentityIsUnknown) {
  const auto owner = sign_in().value();
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  ASSERT_TRUE(sign_in());
  Settings closed = settings;
  closed.implicit_sign_up = false;
  SessionService strict{store.users,  store.sessions, store.chain_keys, chain, profiles,
                        x_auth_token, clock,          random,           closed};
  const auto refusal = [&](const std::string& wanted) {
    SignInRequest request;
    request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
    request.bap_id = wanted;
    clock.advance(core::Milliseconds{2});
    return run(strict.sign_in(request)).error().code();
  };
  EXPECT_EQ(refusal("1nobody"), ErrorCode::restore_profile_not_found);
  EXPECT_EQ(refusal(owner.session.active_bap_id->str()), ErrorCode::bap_ownership_failed);
}

}  // namespace
}  // namespace sigma::oauth::testing
