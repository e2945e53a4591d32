#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

const UserId kUser{"user-1"};
const ClientId kClient{"client-1"};
const std::optional<BapId> kIdentity = BapId{"bap-1"};

/// The name of a claim is the name of its scope here.
std::vector<std::string> scopes_of_claims(const core::Json& claims) {
  return claims.is_null() ? std::vector<std::string>{} : claims.at("userinfo").get<std::vector<std::string>>();
}

template <class Backend>
class Consents : public StoreContract<Backend> {
 protected:
  Consents() {
    for (const char* user : {"user-1", "user-2"}) {
      await(this->store().users.create_with_profile(make_user(user), make_profile(user, user)));
    }
    for (const char* client : {"client-1", "client-2"}) await(this->store().clients.create(make_client(client)));
  }
  ConsentStore& consents() { return this->store().consents; }
  void grant(const std::string& label, std::optional<BapId> bap_id, const std::string& client = "client-1",
             const std::string& user = "user-1", std::vector<std::string> scopes = {"openid", "profile"},
             core::Json claims = nullptr) {
    AuthorizationCode code = make_code(label);
    code.scopes = std::move(scopes);
    code.claims = std::move(claims);
    code.bap_id = bap_id;
    code.client_id = ClientId{client};
    code.user_id = UserId{user};
    await(this->store().tokens.create_code(code));
    await(this->store().tokens.redeem_code(code.hash, kNow, {make_access(label, label), make_refresh(label, label)}));
  }
  bool is_live(const std::string& label) {
    const bool access = !await(this->store().tokens.find_access(make_access(label).hash))->revoked_at;
    const bool refresh = !await(this->store().tokens.find_refresh(make_refresh(label).hash))->revoked_at;
    EXPECT_EQ(access, refresh) << label;
    return access;
  }
};
TYPED_TEST_SUITE(Consents, Backends);

TYPED_TEST(Consents, come_back_by_user_client_and_identity) {
  const Consent with{kUser, kClient, kIdentity, {"openid", "profile"}, kNow, after(1)};
  const Consent without{kUser, kClient, {}, {"openid"}, after(2), after(3)};
  await(this->consents().remember(with));
  await(this->consents().remember(without));
  EXPECT_EQ(await(this->consents().find(kUser, kClient, kIdentity)), with);
  EXPECT_EQ(await(this->consents().find(kUser, kClient, {})), without);
  EXPECT_EQ(await(this->consents().find(kUser, kClient, BapId{"bap-2"})), std::nullopt);
  EXPECT_EQ(await(this->consents().find(kUser, ClientId{"client-2"}, kIdentity)), std::nullopt);
  EXPECT_EQ(await(this->consents().find(UserId{"user-2"}, kClient, kIdentity)), std::nullopt);
  EXPECT_EQ(await(this->consents().list(kUser)), (std::vector{with, without}));
}

TYPED_TEST(Consents, a_code_is_created_while_they_hold_its_scopes) {
  AuthorizationCode code = make_code();
  const auto create = [&](const std::string& label, std::vector<std::string> scopes) {
    code.hash = hash_of("code-" + label);
    code.grant_id = GrantId{"grant-" + label};
    const bool created = await(this->store().tokens.create_consented_code(code, std::move(scopes)));
    const auto found = await(this->store().tokens.find_code(code.hash));
    EXPECT_EQ(found.has_value(), created);
    if (found) EXPECT_EQ(*found, code);
    return created;
  };
  EXPECT_FALSE(create("none", {}));
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid", "profile", "a\"b"}, kNow, kNow}));
  EXPECT_TRUE(create("1", {"profile", "openid"}));
  EXPECT_TRUE(create("2", {"a\"b"}));
  EXPECT_TRUE(create("3", {}));
  EXPECT_FALSE(create("more", {"openid", "email"}));
  EXPECT_FALSE(create("part", {"open"}));
  code.bap_id.reset();
  EXPECT_FALSE(create("without identity", {"openid"}));
  await(this->consents().remember({kUser, kClient, {}, {"openid"}, kNow, kNow}));
  EXPECT_TRUE(create("4", {"openid"}));
  code.client_id = ClientId{"client-2"};
  EXPECT_FALSE(create("another client", {"openid"}));
  code.client_id = kClient;
  code.user_id = UserId{"user-2"};
  EXPECT_FALSE(create("another person", {"openid"}));
}

// Whoever withdraws at the same moment: no code is left that is not revoked.
TYPED_TEST(Consents, no_code_outlives_a_withdrawal_at_the_same_moment) {
  Database second(this->backend_.connector());
  Store other(second);
  for (int round = 0; round < 20; ++round) {
    await(this->consents().remember({kUser, kClient, kIdentity, {"openid"}, kNow, kNow}));
    std::vector<Task<Result<bool>>> at_once;
    for (int i = 0; i < 6; ++i) {
      if (i == 3) at_once.push_back(other.consents.withdraw(kUser, kClient, kIdentity, after(1)));
      AuthorizationCode code = make_code(fmt::format("{}-{}", round, i));
      at_once.push_back((i % 2 == 0 ? this->store() : other).tokens.create_consented_code(code, {"openid"}));
    }
    for (auto& result : run_all(std::move(at_once))) must(std::move(result));
    for (int i = 0; i < 6; ++i) {
      const auto code = await(this->store().tokens.find_code(make_code(fmt::format("{}-{}", round, i)).hash));
      if (code) EXPECT_TRUE(code->revoked_at) << i;
    }
  }
}

TYPED_TEST(Consents, remembering_adds_scopes) {
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid", "profile"}, kNow, kNow}));
  await(this->consents().remember({kUser, kClient, kIdentity, {"email", "openid"}, after(5), after(6)}));
  EXPECT_EQ(await(this->consents().find(kUser, kClient, kIdentity)),
            (Consent{kUser, kClient, kIdentity, {"openid", "profile", "email"}, kNow, after(6)}));
}

TYPED_TEST(Consents, scopes_remembered_at_once_all_stay) {
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<void>>> attempts;
  for (int i = 0; i < 30; ++i) {
    Store& store = i % 2 == 0 ? this->store() : other;
    attempts.push_back(store.consents.remember({kUser, kClient, {}, {"scope" + std::to_string(i)}, kNow, kNow}));
  }
  for (auto& result : run_all(std::move(attempts))) must(std::move(result));
  EXPECT_EQ(await(this->consents().find(kUser, kClient, {}))->scopes.size(), 30u);
}

TYPED_TEST(Consents, withdrawal_kills_the_tokens_of_that_identity) {
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid"}, kNow, kNow}));
  this->grant("mine", kIdentity);
  this->grant("other-identity", BapId{"bap-2"});
  this->grant("other-client", kIdentity, "client-2");
  this->grant("other-user", kIdentity, "client-1", "user-2");

  EXPECT_TRUE(await(this->consents().withdraw(kUser, kClient, kIdentity, after(4))));
  EXPECT_FALSE(await(this->consents().withdraw(kUser, kClient, kIdentity, after(5))));
  EXPECT_EQ(await(this->consents().find(kUser, kClient, kIdentity)), std::nullopt);
  EXPECT_FALSE(this->is_live("mine"));
  EXPECT_TRUE(this->is_live("other-identity"));
  EXPECT_TRUE(this->is_live("other-client"));
  EXPECT_TRUE(this->is_live("other-user"));
}

TYPED_TEST(Consents, withdrawal_without_identity_kills_all_tokens_of_user_and_client) {
  await(this->consents().remember({kUser, kClient, {}, {"openid"}, kNow, kNow}));
  this->grant("with", kIdentity);
  this->grant("without", {});
  this->grant("other-client", {}, "client-2");
  EXPECT_TRUE(await(this->consents().withdraw(kUser, kClient, {}, kNow)));
  EXPECT_FALSE(this->is_live("with"));
  EXPECT_FALSE(this->is_live("without"));
  EXPECT_TRUE(this->is_live("other-client"));
}

TYPED_TEST(Consents, narrowing_kills_the_tokens_that_hold_what_was_taken_away) {
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid", "profile", "email"}, kNow, kNow}));
  this->grant("mine", kIdentity);  // openid profile
  this->grant("other-identity", BapId{"bap-2"});
  this->grant("other-client", kIdentity, "client-2");
  this->grant("other-user", kIdentity, "client-1", "user-2");

  const std::vector<std::string> no_email{"openid", "profile", "admin"};
  const Consent narrowed{kUser, kClient, kIdentity, {"openid", "profile"}, kNow, after(4)};
  EXPECT_EQ(await(this->consents().narrow(kUser, kClient, kIdentity, no_email, scopes_of_claims, after(4))), narrowed)
      << "keeps, never adds";
  EXPECT_EQ(await(this->consents().find(kUser, kClient, kIdentity)), narrowed);
  EXPECT_TRUE(this->is_live("mine")) << "does not hold email";

  await(this->consents().narrow(kUser, kClient, kIdentity, {"openid"}, scopes_of_claims, after(5)));
  EXPECT_FALSE(this->is_live("mine"));
  for (const char* label : {"other-identity", "other-client", "other-user"}) EXPECT_TRUE(this->is_live(label)) << label;
}

TYPED_TEST(Consents, narrowing_kills_the_tokens_that_hold_a_claim_of_what_was_taken_away) {
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid", "profile", "email"}, kNow, kNow}));
  this->grant("profile", kIdentity, "client-1", "user-1", {"openid"}, {{"userinfo", {"profile"}}});
  this->grant("email", kIdentity, "client-1", "user-1", {"openid"}, {{"userinfo", {"email"}}});
  this->grant("none", kIdentity, "client-1", "user-1", {"openid"});
  await(this->consents().narrow(kUser, kClient, kIdentity, {"openid", "email"}, scopes_of_claims, after(5)));
  EXPECT_FALSE(this->is_live("profile"));
  EXPECT_TRUE(this->is_live("email"));
  EXPECT_TRUE(this->is_live("none"));
}

TYPED_TEST(Consents, an_answer_to_a_part_takes_the_rest_away) {
  await(this->consents().remember({kUser, kClient, kIdentity, {"openid", "profile", "email"}, kNow, kNow}));
  this->grant("profile", kIdentity);
  this->grant("email", kIdentity, "client-1", "user-1", {"openid", "email"});
  this->grant("other-identity", BapId{"bap-2"});
  const Consent part{kUser, kClient, kIdentity, {"openid", "offline_access"}, after(5), after(5)};
  await(this->consents().remember_part(part, {"profile", "admin"}, scopes_of_claims));
  EXPECT_EQ(await(this->consents().find(kUser, kClient, kIdentity)),
            (Consent{kUser, kClient, kIdentity, {"openid", "email", "offline_access"}, kNow, after(5)}));
  EXPECT_FALSE(this->is_live("profile"));
  for (const char* label : {"email", "other-identity"}) EXPECT_TRUE(this->is_live(label)) << label;
}

TYPED_TEST(Consents, narrowing_without_an_identity_counts_for_all_of_them) {
  await(this->consents().remember({kUser, kClient, {}, {"openid", "profile"}, kNow, kNow}));
  this->grant("one", kIdentity);
  this->grant("another", BapId{"bap-2"});
  this->grant("other-client", kIdentity, "client-2");
  ASSERT_TRUE(await(this->consents().narrow(kUser, kClient, {}, {"openid"}, scopes_of_claims, after(5))));
  EXPECT_FALSE(this->is_live("one"));
  EXPECT_FALSE(this->is_live("another"));
  EXPECT_TRUE(this->is_live("other-client"));
}

TYPED_TEST(Consents, narrowing_what_is_not_there_does_nothing) {
  this->grant("mine", kIdentity);
  EXPECT_EQ(await(this->consents().narrow(kUser, kClient, kIdentity, {}, scopes_of_claims, after(5))), std::nullopt);
  EXPECT_TRUE(this->is_live("mine"));
}

}  // namespace
}  // namespace sigma::store::contract
