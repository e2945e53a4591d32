// Security cases that no request from outside reaches: what a comparison looks at, and a database file that another
// process holds. The others are tests/e2e/security.
#include "engine.hpp"

namespace sigma::oauth::testing {
namespace {

class Secrets : public EngineTest {
 protected:
  Result<store::Client> authenticate(const std::string& id, const std::string& secret) {
    ClientCredentials credentials;
    credentials.form.add("client_id", id);
    credentials.form.add("client_secret", secret);
    return run(client_authenticator.authenticate(std::move(credentials), std::string(kTokenPath)));
  }

  void create(const std::string& id, std::vector<store::ClientSecret> secrets) {
    store::Client client;
    client.id = store::ClientId{id};
    client.name = id;
    client.auth_method = "client_secret_post";
    client.secrets = std::move(secrets);
    client.created_at = client.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(client)));
  }
};

// What is compared is the SHA-256 of what was sent, all of it, with CRYPTO_memcmp: neither length nor place of a
// difference is there to be measured. `./dev bench micro` measures all the same.
TEST_F(Secrets, Case26ComparesDigestsOfOneLength) {
  const std::string secret = "s3cret-of-a-client-s3cret-of-a-client-s3cre";
  create("machine", {{hash_secret(secret), clock.now(), {}}});
  EXPECT_TRUE(authenticate("machine", secret));
  std::set<std::string> answers;
  for (std::size_t at = 0; at < secret.size(); ++at) {
    std::string wrong = secret;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    const auto refused = authenticate("machine", wrong);
    ASSERT_FALSE(refused) << at;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_client);
    answers.insert(refused.error().description());
  }
  for (const std::string& wrong : {std::string("s"), secret.substr(1), secret + "x", std::string(8'000, 's')}) {
    const auto refused = authenticate("machine", wrong);
    ASSERT_FALSE(refused);
    answers.insert(refused.error().description());
    EXPECT_EQ(hash_secret(wrong).str().size(), 32u);
  }
  EXPECT_EQ(answers.size(), 1u) << "one answer, wherever the difference is";
}

TEST_F(Secrets, Case26EverySecretOfAClientIsLookedAt) {
  create("rotating", {{hash_secret("expired"), clock.now(), clock.now()}, {hash_secret("live"), clock.now(), {}}});
  EXPECT_FALSE(authenticate("rotating", "expired"));
  EXPECT_TRUE(authenticate("rotating", "live"));
  create("gone", {{hash_secret("live"), clock.now(), {}}, {hash_secret("expired"), clock.now(), clock.now()}});
  EXPECT_TRUE(authenticate("gone", "live"));
  EXPECT_FALSE(authenticate("gone", "expired"));
}

// The embedded store's half of the case; Postgres loses its connections in tests/e2e/security/refresh-revoke.test.mjs.
TEST_F(EngineTest, Case33RevocationWithoutTheDatabaseIsAnOutageAndRevokesNothing) {
  store::Client page;
  page.id = store::ClientId{"page"};
  page.name = "Page";
  page.auth_method = "none";
  page.created_at = page.updated_at = clock.now();
  ASSERT_TRUE(*run(store.clients.create(page)));
  store::AccessToken token;
  token.hash = hash_secret("the token");
  token.grant_id = store::GrantId{"01a1fe31-1ebd-74b8-8a3b-a623b7ac14c9"};
  token.client_id = page.id;
  token.auth_time = token.created_at = clock.now();
  token.expires_at = clock.now() + std::chrono::hours{1};
  ASSERT_TRUE(run(store.tokens.create_access(token)));

  const auto connector = store_sqlite::make_connector(folder.file("test.db"), {std::chrono::milliseconds{20}});
  store::Database impatient_database{connector};
  store::Store impatient_store{impatient_database};
  TokenStatus impatient{impatient_store, live_tokens, client_authenticator, subjects, clock, settings};
  const auto revoke = [&] {
    ClientCredentials credentials;
    credentials.form.add("token", "the token");
    credentials.form.add("client_id", "page");
    return run(impatient.revoke(std::move(credentials)));
  };
  const auto another_process = connector.open().value();
  ASSERT_TRUE(another_process->begin());
  for (int i = 0; i < 3; ++i) {
    const auto answer = revoke();
    ASSERT_FALSE(answer) << "the file was locked, and yet it is said to be done";
    EXPECT_TRUE(answer.error().is_outage());
    EXPECT_EQ(answer.error().status(), 503);
  }
  EXPECT_FALSE(run(store.tokens.find_access(token.hash)).value()->revoked_at);
  another_process->rollback();
  EXPECT_TRUE(revoke());
  EXPECT_TRUE(run(store.tokens.find_access(token.hash)).value()->revoked_at);
}

}  // namespace
}  // namespace sigma::oauth::testing
