#include "engine.hpp"

#include "sigma/bap/bap_id.hpp"

namespace sigma::oauth::testing {
namespace {

TEST_F(Engine, FirstSignInCreatesUserAndIdentityAndLaterOnesFindThem) {
  const auto first = sign_in().value();
  EXPECT_EQ(first.user.name, person_key->public_key().address());
  ASSERT_TRUE(first.session.active_bap_id);
  EXPECT_EQ(first.session.active_bap_id->str(), bap::bap_id_from_root_address(person_key->public_key().address()));
  const auto second = sign_in().value();
  EXPECT_EQ(second.user.id, first.user.id);
  EXPECT_NE(second.session_token, first.session_token);
}

TEST_F(Engine, AnUnprovenIdentityIsNotBelieved) {
  ASSERT_TRUE(sign_in());
  EXPECT_EQ(sign_in("2RseHSaFbT8wnM8psnp6XjvQtXVR").error().code(), ErrorCode::bap_ownership_failed);
  const std::string own = bap::bap_id_from_root_address(person_key->public_key().address());
  EXPECT_EQ(sign_in(own).value().session.active_bap_id->str(), own);
}

TEST_F(Engine, SomebodyElsesIdentityIsNotBelieved) {
  const auto owner = sign_in().value();
  person_key = std::make_unique<bitcoin::PrivateKey>(bitcoin::PrivateKey::generate(random));
  EXPECT_EQ(sign_in(owner.session.active_bap_id->str()).error().code(), ErrorCode::bap_ownership_failed);
}

// Security case 19.
TEST_F(Engine, ATokenIsGoodForOneRequest) {
  SignInRequest request;
  request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  ASSERT_TRUE(run(sessions.sign_in(request)));
  const auto again = run(sessions.sign_in(request));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::invalid_auth_token_signature);
  EXPECT_NE(again.error().description().find("used before"), std::string::npos);
}

TEST_F(Engine, ImplicitSignUpCanBeOff) {
  Settings closed = settings;
  closed.implicit_sign_up = false;
  SessionService strict{store.users, store.sessions, x_auth_token, clock, random, closed};
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

TEST_F(Engine, HeadersAreReadStrictly) {
  EXPECT_EQ(run(sessions.sign_in({})).error().code(), ErrorCode::no_auth_token_provided);
  SignInRequest two;
  two.x_auth_tokens = {"a", "b"};
  EXPECT_EQ(run(sessions.sign_in(two)).error().code(), ErrorCode::invalid_auth_token_format);
  SignInRequest garbled;
  garbled.x_auth_tokens = {"02|bsm|now"};
  EXPECT_EQ(run(sessions.sign_in(garbled)).error().code(), ErrorCode::invalid_auth_token_format);
}

TEST_F(Engine, SessionsCanBeListedAndRevoked) {
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

}  // namespace
}  // namespace sigma::oauth::testing
