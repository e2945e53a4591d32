// Which hints end a session, over time: keys retire, questions grow old. The rest is in tests/e2e/logout.test.mjs.
#include "sigma/oauth/logout/end_session.hpp"

#include "engine.hpp"
#include "sigma/oauth/sessions/session_identifier.hpp"

namespace sigma::oauth::testing {
namespace {

class EndSessionTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    auto client = run(store.clients.find(store::ClientId{"app"}))->value();
    client.metadata["post_logout_redirect_uris"] = {"https://app.example/bye"};
    ASSERT_TRUE(*run(store.clients.update(client)));
  }

  /// A JWT of this server's, as an ID token for `session` by default.
  std::string hint(const store::Session& session, std::string typ = "JWT",
                   const core::Json& changes = core::Json::object()) {
    core::Json claims = {{"iss", settings.issuer},
                         {"sub", session.user_id.str()},
                         {"aud", "app"},
                         {"iat", clock.now().seconds()},
                         {"exp", clock.now().seconds() + 60},
                         {"sid", session_identifier(store::ClientId{"app"}, session.id)}};
    claims.merge_patch(changes);
    const auto snapshot = keys.current();
    return run(snapshot->sign_jwt(jose::Algorithm::ES256, std::move(typ), std::move(claims), pool)).value();
  }
  Result<EndSessionOutcome> request(const std::string& hint, const MaybeSession& session) {
    http::Form form;
    form.add("id_token_hint", hint);
    form.add("post_logout_redirect_uri", "https://app.example/bye");
    return run(end_session.request(std::move(form), session));
  }
  /// True: ended at once. False: asked.
  bool ends(const std::string& hint, const SignedIn& signed_in) {
    const auto outcome = request(hint, session_of(signed_in));
    const bool ended = std::holds_alternative<SignedOut>(outcome.value());
    EXPECT_EQ(ended, !session_of(signed_in)) << "the session lives until somebody proves or says otherwise";
    return ended;
  }
};

TEST_F(EndSessionTest, HintOfARetiredKeyCountsAsLongAsTheKeyIsPublished) {
  const auto first = sign_in().value();
  const auto second = sign_in().value();
  const auto third = sign_in().value();
  const std::string first_hint = hint(first.session);
  const std::string second_hint = hint(second.session);
  const std::string third_hint = hint(third.session);
  ASSERT_TRUE(run(keys.rotate(jose::Algorithm::ES256, Takeover::announced)));
  EXPECT_TRUE(ends(first_hint, first));
  clock.advance(settings.key_publication_lead + settings.id_token_lifetime + std::chrono::hours{1});
  ASSERT_TRUE(run(keys.reload()));
  EXPECT_TRUE(ends(second_hint, second)) << "token and key are over, the session is not";
  ASSERT_TRUE(run(keys.rotate(jose::Algorithm::ES256, Takeover::at_once)));
  EXPECT_FALSE(ends(third_hint, third)) << "what a withdrawn key has signed says nothing";
}

TEST_F(EndSessionTest, HintMustBeAnIdTokenForThisSession) {
  const auto signed_in = sign_in().value();
  const auto other = sign_in().value();
  EXPECT_FALSE(ends(hint(signed_in.session, "at+jwt"), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, "logout+jwt"), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, ""), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, "JWT", {{"iss", "https://other.example"}}), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, "JWT", {{"sub", "somebody"}}), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, "JWT", {{"aud", "unknown"}}), signed_in));
  EXPECT_FALSE(ends(hint(signed_in.session, "JWT", {{"exp", nullptr}}), signed_in));
  EXPECT_FALSE(ends(hint(other.session), signed_in)) << "the same person, an earlier session";
  EXPECT_TRUE(ends(hint(signed_in.session), signed_in));
}

TEST_F(EndSessionTest, HintWithoutSidCountsByItsSubject) {
  const auto signed_in = sign_in().value();
  EXPECT_TRUE(ends(hint(signed_in.session, "JWT", {{"sid", nullptr}}), signed_in));
}

TEST_F(EndSessionTest, PairwiseSubjectCountsAsTheClientKnowsIt) {
  auto client = run(store.clients.find(store::ClientId{"app"}))->value();
  client.metadata["subject_type"] = "pairwise";
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto signed_in = sign_in().value();
  EXPECT_FALSE(ends(hint(signed_in.session), signed_in)) << "the id that no pairwise client was told";
  const std::string sub = subjects.for_client(client, signed_in.user.id);
  EXPECT_TRUE(ends(hint(signed_in.session, "JWT", {{"sub", sub}}), signed_in));
}

TEST_F(EndSessionTest, QuestionGrowsOld) {
  const auto signed_in = sign_in().value();
  const auto outcome = request("", session_of(signed_in));
  const auto* ask = std::get_if<AskToSignOut>(&outcome.value());
  ASSERT_TRUE(ask);
  clock.advance(settings.interaction_lifetime);
  const auto refused = run(end_session.confirm(ask->confirmation, session_of(signed_in)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_signature);
  EXPECT_TRUE(session_of(signed_in));
}

}  // namespace
}  // namespace sigma::oauth::testing
