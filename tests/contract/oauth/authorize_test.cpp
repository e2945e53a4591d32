#include "engine.hpp"
#include "sigma/oauth/sessions/session_renewal.hpp"

namespace sigma::oauth::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string page_of(const AuthorizationOutcome& outcome) {
  const auto* page = std::get_if<GoToPage>(&outcome);
  return page ? page->path : "";
}
std::string query_of(const AuthorizationOutcome& outcome) {
  const auto* page = std::get_if<GoToPage>(&outcome);
  return page ? page->oauth_query : "";
}

TEST_F(EngineTest, NobodySignedInGoesToLoginAndOnAfterwards) {
  const auto outcome = authorize(std::nullopt);
  ASSERT_EQ(page_of(outcome), "/login");
  const auto person = sign_in().value();
  const auto next = run(authorizer.proceed(query_of(outcome), false, session_of(person))).value();
  EXPECT_FALSE(parameter(next, "code").empty());
  EXPECT_EQ(parameter(next, "state"), "s");
  EXPECT_EQ(parameter(next, "iss"), settings.issuer);
}

TEST_F(EngineTest, PromptNoneNeverShowsAPage) {
  EXPECT_EQ(parameter(authorize(std::nullopt, {{"prompt", "none"}}), "error"), "login_required");
  const auto person = sign_in().value();
  EXPECT_FALSE(parameter(authorize(session_of(person), {{"prompt", "none"}}), "code").empty());
}

// What a page claims counts for nothing: only a newer sign-in satisfies prompt=login.
TEST_F(EngineTest, PromptLoginWantsANewSignIn) {
  const auto person = sign_in().value();
  const auto outcome = authorize(session_of(person), {{"prompt", "login"}});
  ASSERT_EQ(page_of(outcome), "/login");
  const auto claimed = run(authorizer.proceed(query_of(outcome), false, session_of(person))).value();
  ASSERT_EQ(page_of(claimed), "/login");
  clock.advance(seconds{1});
  const auto again = sign_in().value();
  const auto next = run(authorizer.proceed(query_of(claimed), false, session_of(again))).value();
  EXPECT_FALSE(parameter(next, "code").empty());
}

TEST_F(EngineTest, MaxAgeWantsARecentSignIn) {
  const auto person = sign_in().value();
  clock.advance(minutes{10});
  EXPECT_FALSE(parameter(authorize(session_of(person), {{"max_age", "601"}}), "code").empty());
  EXPECT_EQ(page_of(authorize(session_of(person), {{"max_age", "60"}})), "/login");
  EXPECT_EQ(parameter(authorize(session_of(person), {{"max_age", "60"}, {"prompt", "none"}}), "error"),
            "login_required");
}

TEST_F(EngineTest, ConsentIsAskedRememberedAndWithdrawn) {
  auto client = *run(store.clients.find(store::ClientId{"app"})).value();
  client.skip_consent = false;
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto person = sign_in().value();
  const auto session = session_of(person);
  const auto asked = authorize(session);
  ASSERT_EQ(page_of(asked), "/consent");
  EXPECT_EQ(parameter(authorize(session, {{"prompt", "none"}}), "error"), "consent_required");

  const auto declined = run(authorizer.answer_consent(query_of(asked), {false, {}}, session)).value();
  EXPECT_EQ(parameter(declined, "error"), "access_denied");
  EXPECT_EQ(run(authorizer.answer_consent(query_of(asked), {true, "openid admin"}, session)).error().code(),
            ErrorCode::invalid_scope);
  EXPECT_EQ(run(authorizer.answer_consent(query_of(asked), {true, {}}, std::nullopt)).error().code(),
            ErrorCode::unauthorized);

  const auto accepted = run(authorizer.answer_consent(query_of(asked), {true, {}}, session)).value();
  const auto tokens = redeem(parameter(accepted, "code")).value();
  EXPECT_FALSE(parameter(authorize(session), "code").empty()) << "remembered";
  EXPECT_EQ(page_of(authorize(session, {{"prompt", "consent"}})), "/consent") << "asked again on demand";

  ASSERT_TRUE(*run(store.consents.withdraw(person.user.id, client.id, person.session.active_bap_id, clock.now())));
  EXPECT_FALSE(is_alive(tokens)) << "tokens die with the consent";
  EXPECT_FALSE(refresh(tokens["refresh_token"]));
  EXPECT_EQ(page_of(authorize(session)), "/consent");
}

// Between the page and the answer another tab may choose another identity: the answer does not count for that one.
TEST_F(EngineTest, ConsentCountsForTheIdentityThatWasShown) {
  auto client = *run(store.clients.find(store::ClientId{"app"})).value();
  client.skip_consent = false;
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto person = sign_in().value();
  const auto asked = authorize(session_of(person));
  ASSERT_EQ(page_of(asked), "/consent");
  store::Profile second;
  second.bap_id = store::BapId{"2RseHSaFbT8wnM8psnp6XjvQtXVR"};
  second.user_id = person.user.id;
  second.name = "Second";
  second.created_at = second.updated_at = clock.now();
  ASSERT_EQ(*run(store.users.add_profile(second)), store::ProfileAddition::done);
  ASSERT_TRUE(run(sessions.set_active_identity(*session_of(person), second.bap_id)));
  const auto again = run(authorizer.answer_consent(query_of(asked), {true, {}}, session_of(person))).value();
  EXPECT_EQ(page_of(again), "/consent");
  const auto accepted = run(authorizer.answer_consent(query_of(again), {true, {}}, session_of(person))).value();
  EXPECT_FALSE(parameter(accepted, "code").empty());
}

// What a client may ask for can change between the page and the answer: the answer does not count for more than it saw.
TEST_F(EngineTest, ConsentCountsForTheScopesThatWereShown) {
  auto client = *run(store.clients.find(store::ClientId{"app"})).value();
  client.skip_consent = false;
  client.scopes = {"openid"};
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto session = session_of(sign_in().value());
  const http::Form whole = authorization();
  http::Form unspecific;
  for (const auto& [name, value] : whole.parameters()) {
    if (name != "scope") unspecific.add(name, value);
  }
  const auto asked = run(authorizer.authorize(unspecific, session)).value();
  ASSERT_NE(query_of(asked).find("&ba_scope=openid&"), std::string::npos) << query_of(asked);
  client.scopes.clear();
  ASSERT_TRUE(*run(store.clients.update(client)));
  const auto again = run(authorizer.answer_consent(query_of(asked), {true, {}}, session)).value();
  ASSERT_EQ(page_of(again), "/consent");
  EXPECT_NE(query_of(again).find("&ba_scope=openid+profile&"), std::string::npos) << query_of(again);
  const auto accepted = run(authorizer.answer_consent(query_of(again), {true, {}}, session)).value();
  EXPECT_EQ(redeem(parameter(accepted, "code")).value()["scope"], "openid profile");
}

TEST_F(EngineTest, SelectAccountShowsTheSelectionOnce) {
  const auto person = sign_in().value();
  const auto outcome = authorize(session_of(person), {{"prompt", "select_account"}});
  ASSERT_EQ(page_of(outcome), "/select-identity");
  const auto not_yet = run(authorizer.proceed(query_of(outcome), false, session_of(person))).value();
  EXPECT_EQ(page_of(not_yet), "/select-identity");
  const auto done = run(authorizer.proceed(query_of(outcome), true, session_of(person))).value();
  EXPECT_FALSE(parameter(done, "code").empty());
}

TEST_F(EngineTest, AWishForSomebodyElsesIdentityLeadsToTheSelection) {
  const auto person = sign_in().value();
  const std::string own = person.session.active_bap_id->str();
  EXPECT_FALSE(parameter(authorize(session_of(person), {{"bapId", own}, {"bap_id", own}}), "code").empty());
  const auto outcome = authorize(session_of(person), {{"bapId", "2RseHSaFbT8wnM8psnp6XjvQtXVR"}});
  EXPECT_EQ(page_of(outcome), "/select-identity");
  EXPECT_EQ(parameter(authorize(session_of(person), {{"bapId", "2RseHSaFbT8wnM8psnp6XjvQtXVR"}, {"prompt", "none"}}),
                      "error"),
            "interaction_required");
}

TEST_F(EngineTest, HandedOverQueryCannotBeChangedAndGetsTooOld) {
  const auto outcome = authorize(std::nullopt);
  const auto person = sign_in().value();
  std::string changed = query_of(outcome);
  changed.replace(changed.find("openid"), 6, "opened");
  EXPECT_EQ(run(authorizer.proceed(changed, false, session_of(person))).error().code(), ErrorCode::invalid_signature);
  EXPECT_EQ(run(authorizer.proceed("client_id=app", false, session_of(person))).error().code(),
            ErrorCode::invalid_signature);
  clock.advance(minutes{11});
  EXPECT_EQ(run(authorizer.proceed(query_of(outcome), false, session_of(person))).error().code(),
            ErrorCode::invalid_signature);
}

// A request from outside cannot bring our own members along: ba_sel or an old ba_iat would skip steps.
TEST_F(EngineTest, OurMembersMeanNothingFromOutside) {
  const auto person = sign_in().value();
  clock.advance(seconds{5});
  EXPECT_EQ(page_of(authorize(session_of(person), {{"prompt", "login"}, {"ba_iat", "1"}})), "/login");
  EXPECT_EQ(page_of(authorize(session_of(person), {{"prompt", "select_account"}, {"ba_sel", "1"}})),
            "/select-identity");
}

// Security cases 6 and 7.
TEST_F(EngineTest, ErrorsGoToTheClientOnlyWhenItIsProven) {
  http::Form unknown;
  unknown.add("client_id", "zzz");
  unknown.add("redirect_uri", "https://app.example/cb");
  EXPECT_TRUE(std::holds_alternative<ShowError>(*run(authorizer.authorize(unknown, std::nullopt))));
  const auto refused = authorize(std::nullopt, {{"request", "x"}});
  EXPECT_EQ(parameter(refused, "error"), "request_not_supported");
  http::Form split = authorization();
  http::Form hostile;
  for (const auto& [name, value] : split.parameters())
    hostile.add(name, name == "state" ? "a\r\nSet-Cookie: x=1" : value);
  hostile.add("prompt", "none");
  const auto outcome = run(authorizer.authorize(hostile, std::nullopt)).value();
  const std::string url = std::get<GoToClient>(outcome).url();
  EXPECT_EQ(url.find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(parameter(outcome, "state"), "a\r\nSet-Cookie: x=1");
}

TEST_F(EngineTest, SessionsAreRenewedOnceADayAndExpire) {
  const auto person = sign_in().value();
  store::Session session = session_of(person)->session;
  clock.advance(hours{23});
  EXPECT_FALSE(run(renew_session(store.sessions, session, settings, clock.now())).value());
  clock.advance(hours{2});
  EXPECT_TRUE(run(renew_session(store.sessions, session, settings, clock.now())).value());
  EXPECT_EQ(session.expires_at, clock.now() + settings.session_lifetime);
  EXPECT_EQ(session_of(person)->session, session);
  EXPECT_FALSE(run(renew_session(store.sessions, session, settings, clock.now())).value()) << "once a day";
  clock.advance(settings.session_lifetime);
  EXPECT_FALSE(session_of(person));
  EXPECT_FALSE(run(renew_session(store.sessions, session, settings, clock.now())).value()) << "no resurrection";
}

TEST_F(EngineTest, ASessionWhoseIdentityChangesEveryDayLivesOn) {
  const auto person = sign_in().value();
  for (int day = 0; day < 10; ++day) {
    clock.advance(hours{22});
    const auto session = session_of(person);
    ASSERT_TRUE(session) << day;
    ASSERT_TRUE(run(sessions.set_active_identity(*session, *person.session.active_bap_id)));
    EXPECT_EQ(session_of(person)->session.expires_at, clock.now() + settings.session_lifetime);
  }
}

TEST_F(EngineTest, ShortSessionsAreRenewedAfterHalfOfThem) {
  Settings brief = settings;
  brief.session_lifetime = hours{24};
  SessionService daily{store.users,  store.sessions, store.chain_keys, chain, profiles,
                       x_auth_token, clock,          random,           brief};
  SignInRequest request;
  request.x_auth_tokens = {token_for(*person_key, kSignInPath, std::nullopt)};
  store::Session session = run(daily.sign_in(request)).value().session;
  clock.advance(hours{11});
  EXPECT_FALSE(run(renew_session(store.sessions, session, brief, clock.now())).value());
  clock.advance(hours{2});
  EXPECT_TRUE(run(renew_session(store.sessions, session, brief, clock.now())).value());
}

}  // namespace
}  // namespace sigma::oauth::testing
