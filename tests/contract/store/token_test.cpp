#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Tokens : public StoreContract<Backend> {
 protected:
  TokenStore& tokens() { return this->store().tokens; }
  /// A redeemed code with its first tokens.
  void redeem(const std::string& label, std::vector<std::string> scopes = {"openid"}) {
    AuthorizationCode code = make_code(label);
    code.scopes = std::move(scopes);
    await(tokens().create_code(code));
    EXPECT_EQ(await(tokens().redeem_code(code.hash, kNow, {make_access(label, label), make_refresh(label, label)})),
              Consumed::done);
  }
  bool access_is_live(const std::string& label) {
    const auto token = await(tokens().find_access(make_access(label).hash));
    return token && !token->revoked_at;
  }
  bool refresh_is_live(const std::string& label) {
    const auto token = await(tokens().find_refresh(make_refresh(label).hash));
    return token && !token->revoked_at;
  }
};
TYPED_TEST_SUITE(Tokens, Backends);

std::size_t count(const std::vector<Result<Consumed>>& results, Consumed wanted) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [&](const auto& result) { return result && *result == wanted; }));
}

TYPED_TEST(Tokens, code_comes_back_as_stored) {
  const AuthorizationCode code = make_code();
  await(this->tokens().create_code(code));
  EXPECT_EQ(await(this->tokens().find_code(code.hash)), code);
  EXPECT_EQ(await(this->tokens().find_code(hash_of("unknown"))), std::nullopt);
}

TYPED_TEST(Tokens, code_without_optional_members) {
  AuthorizationCode code = make_code();
  code.bap_id.reset();
  code.code_challenge.reset();
  code.nonce.reset();
  code.acr.reset();
  code.claims = nullptr;
  code.resources.clear();
  code.redirect_uri_was_sent = true;
  await(this->tokens().create_code(code));
  EXPECT_EQ(await(this->tokens().find_code(code.hash)), code);
}

TYPED_TEST(Tokens, revoked_code_says_so) {
  AuthorizationCode code = make_code();
  await(this->tokens().create_code(code));
  await(this->tokens().revoke_grant(code.grant_id, after(3)));
  code.revoked_at = after(3);
  EXPECT_EQ(await(this->tokens().find_code(code.hash)), code);
  EXPECT_EQ(await(this->tokens().redeem_code(code.hash, after(5), {make_access(), {}})), Consumed::already);
  EXPECT_EQ(await(this->tokens().find_code(code.hash)), code) << "not used";
}

TYPED_TEST(Tokens, redeeming_stores_the_tokens_and_spends_the_code) {
  AuthorizationCode code = make_code();
  await(this->tokens().create_code(code));
  EXPECT_EQ(await(this->tokens().redeem_code(code.hash, after(5), {make_access(), make_refresh()})), Consumed::done);

  code.consumed_at = after(5);
  EXPECT_EQ(await(this->tokens().find_code(code.hash)), code);
  EXPECT_EQ(await(this->tokens().find_access(make_access().hash)), make_access());
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh().hash)), make_refresh());
}

TYPED_TEST(Tokens, redeeming_without_refresh_token) {
  await(this->tokens().create_code(make_code()));
  AccessToken access = make_access();
  access.session_id.reset();
  access.bap_id.reset();
  access.details = nullptr;
  access.audience.clear();
  EXPECT_EQ(await(this->tokens().redeem_code(make_code().hash, kNow, {access, {}})), Consumed::done);
  EXPECT_EQ(await(this->tokens().find_access(access.hash)), access);
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh().hash)), std::nullopt);
}

TYPED_TEST(Tokens, second_redemption_stores_nothing) {
  this->redeem("1");
  EXPECT_EQ(await(this->tokens().redeem_code(make_code().hash, kNow, {make_access("2"), make_refresh("2")})),
            Consumed::already);
  EXPECT_EQ(await(this->tokens().find_access(make_access("2").hash)), std::nullopt);
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh("2").hash)), std::nullopt);
}

TYPED_TEST(Tokens, unknown_code_is_not_found) {
  EXPECT_EQ(await(this->tokens().redeem_code(hash_of("unknown"), kNow, {make_access(), {}})), Consumed::not_found);
  EXPECT_EQ(await(this->tokens().consume_code(hash_of("unknown"), kNow)), Consumed::not_found);
  EXPECT_EQ(await(this->tokens().find_access(make_access().hash)), std::nullopt);
}

TYPED_TEST(Tokens, consumed_code_cannot_be_redeemed) {
  await(this->tokens().create_code(make_code()));
  EXPECT_EQ(await(this->tokens().consume_code(make_code().hash, kNow)), Consumed::done);
  EXPECT_EQ(await(this->tokens().consume_code(make_code().hash, kNow)), Consumed::already);
  EXPECT_EQ(await(this->tokens().redeem_code(make_code().hash, kNow, {make_access(), {}})), Consumed::already);
}

TYPED_TEST(Tokens, code_of_a_revoked_grant_cannot_be_redeemed) {
  await(this->tokens().create_code(make_code()));
  await(this->tokens().revoke_grant(make_code().grant_id, kNow));
  EXPECT_EQ(await(this->tokens().redeem_code(make_code().hash, kNow, {make_access(), {}})), Consumed::already);
  EXPECT_EQ(await(this->tokens().consume_code(make_code().hash, kNow)), Consumed::already);
}

TYPED_TEST(Tokens, one_of_fifty_redemptions_wins) {
  await(this->tokens().create_code(make_code()));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<Consumed>>> attempts;
  for (int i = 0; i < 50; ++i) {
    const std::string label = std::to_string(i);
    Store& store = i % 2 == 0 ? this->store() : other;
    attempts.push_back(store.tokens.redeem_code(make_code().hash, kNow, {make_access(label), make_refresh(label)}));
  }
  const auto results = run_all(std::move(attempts));
  EXPECT_EQ(count(results, Consumed::done), 1u);
  EXPECT_EQ(count(results, Consumed::already), 49u);
  std::size_t stored = 0;
  for (int i = 0; i < 50; ++i) stored += this->access_is_live(std::to_string(i)) ? 1 : 0;
  EXPECT_EQ(stored, 1u);
}

TYPED_TEST(Tokens, rotation_replaces_the_refresh_token) {
  this->redeem("1");
  EXPECT_EQ(await(this->tokens().rotate_refresh(make_refresh("1").hash, after(9), std::string("finger\0print", 12),
                                                std::string("\0sealed\xff", 8), {make_access("2"), make_refresh("2")})),
            Consumed::done);

  RefreshToken old = make_refresh("1");
  old.rotated_at = after(9);
  old.request_fingerprint = std::string("finger\0print", 12);
  old.sealed_answer = std::string("\0sealed\xff", 8);
  EXPECT_EQ(await(this->tokens().find_refresh(old.hash)), old);
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh("2").hash)), make_refresh("2"));
  EXPECT_EQ(await(this->tokens().find_access(make_access("1").hash)), make_access("1")) << "requests are under way";
  EXPECT_EQ(await(this->tokens().find_access(make_access("2").hash)), make_access("2"));
}

TYPED_TEST(Tokens, rotation_touches_no_other_grant) {
  this->redeem("1");
  this->redeem("2");
  await(this->tokens().rotate_refresh(make_refresh("1").hash, kNow, "f", "s",
                                      {make_access("3", "1"), make_refresh("3", "1")}));
  EXPECT_TRUE(this->access_is_live("2"));
  EXPECT_TRUE(this->refresh_is_live("2"));
}

TYPED_TEST(Tokens, second_rotation_changes_nothing) {
  this->redeem("1");
  await(this->tokens().rotate_refresh(make_refresh("1").hash, kNow, "first", "answer",
                                      {make_access("2"), make_refresh("2")}));
  EXPECT_EQ(await(this->tokens().rotate_refresh(make_refresh("1").hash, after(1), "second", "other",
                                                {make_access("3"), make_refresh("3")})),
            Consumed::already);
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh("1").hash))->sealed_answer, "answer");
  EXPECT_EQ(await(this->tokens().find_access(make_access("3").hash)), std::nullopt);
  EXPECT_TRUE(this->access_is_live("2"));
  EXPECT_EQ(await(this->tokens().rotate_refresh(hash_of("unknown"), kNow, "f", "s", {make_access("4"), {}})),
            Consumed::not_found);
}

TYPED_TEST(Tokens, one_of_fifty_rotations_wins) {
  this->redeem("1");
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<Consumed>>> attempts;
  for (int i = 0; i < 50; ++i) {
    const std::string label = "r" + std::to_string(i);
    Store& store = i % 2 == 0 ? this->store() : other;
    attempts.push_back(store.tokens.rotate_refresh(make_refresh("1").hash, kNow, label, label,
                                                   {make_access(label), make_refresh(label)}));
  }
  const auto results = run_all(std::move(attempts));
  EXPECT_EQ(count(results, Consumed::done), 1u);
  EXPECT_EQ(count(results, Consumed::already), 49u);
}

TYPED_TEST(Tokens, revoked_grant_takes_the_whole_family) {
  this->redeem("1");
  this->redeem("2");
  await(this->tokens().rotate_refresh(make_refresh("1").hash, kNow, "f", "s", {make_access("3"), make_refresh("3")}));
  await(this->tokens().revoke_grant(GrantId{"grant-1"}, after(3)));
  await(this->tokens().revoke_grant(GrantId{"grant-1"}, after(4)));  // idempotent

  for (const char* label : {"1", "3"}) {
    EXPECT_FALSE(this->access_is_live(label)) << label;
    EXPECT_FALSE(this->refresh_is_live(label)) << label;
  }
  EXPECT_EQ(await(this->tokens().find_refresh(make_refresh("3").hash))->revoked_at, after(3));
  EXPECT_EQ(await(this->tokens().rotate_refresh(make_refresh("3").hash, kNow, "f", "s", {make_access("4"), {}})),
            Consumed::already);
  EXPECT_TRUE(this->access_is_live("2"));
}

// The hole of every "UPDATE tokens SET revoked": a successor that is being stored while its family is revoked.
TYPED_TEST(Tokens, revocation_beats_a_rotation_in_flight) {
  for (int round = 0; round < 20; ++round) {
    const std::string label = "v" + std::to_string(round);
    this->redeem(label);
    AccessToken access = make_access(label + "b", label);
    RefreshToken refresh = make_refresh(label + "b", label);
    Database second(this->backend_.connector());
    Store other(second);
    std::vector<Task<Result<Consumed>>> rotation;
    core::testing::EventLoop loop;
    auto rotated =
        loop.start(this->tokens().rotate_refresh(make_refresh(label).hash, kNow, "f", "s", {access, refresh}));
    auto revoked = loop.start(other.tokens.revoke_grant(GrantId{"grant-" + label}, kNow));
    loop.run();
    must(rotated.get());
    must(revoked.get());
    EXPECT_FALSE(this->access_is_live(label + "b"));
    EXPECT_FALSE(this->refresh_is_live(label + "b"));
  }
}

TYPED_TEST(Tokens, access_token_without_user) {
  AccessToken token = make_access("cc", "cc");
  token.user_id.reset();
  token.session_id.reset();
  token.bap_id.reset();
  await(this->tokens().create_access(token));
  EXPECT_EQ(await(this->tokens().find_access(token.hash)), token);

  await(this->tokens().revoke_grant(token.grant_id, after(2)));
  EXPECT_EQ(await(this->tokens().find_access(token.hash))->revoked_at, after(2));
}

TYPED_TEST(Tokens, single_access_token_is_revoked_once) {
  this->redeem("1");
  EXPECT_TRUE(await(this->tokens().revoke_access(make_access("1").hash, after(2))));
  EXPECT_FALSE(await(this->tokens().revoke_access(make_access("1").hash, after(3))));
  EXPECT_FALSE(await(this->tokens().revoke_access(hash_of("unknown"), kNow)));
  EXPECT_EQ(await(this->tokens().find_access(make_access("1").hash))->revoked_at, after(2));
  EXPECT_TRUE(this->refresh_is_live("1"));
}

TYPED_TEST(Tokens, hostile_texts_come_back_unchanged) {
  int number = 0;
  for (const std::string& text : hostile_texts()) {
    AuthorizationCode code = make_code("x" + std::to_string(number++));
    code.redirect_uri = text;
    code.nonce = text;
    code.client_id = ClientId{text};
    await(this->tokens().create_code(code));
    EXPECT_EQ(await(this->tokens().find_code(code.hash)), code);
  }
}

}  // namespace
}  // namespace sigma::store::contract
