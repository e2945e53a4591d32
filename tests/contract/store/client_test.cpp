#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class Clients : public StoreContract<Backend> {
 protected:
  ClientStore& clients() { return this->store().clients; }
};
TYPED_TEST_SUITE(Clients, Backends);

TYPED_TEST(Clients, comes_back_as_stored) {
  EXPECT_TRUE(await(this->clients().create(make_client())));
  EXPECT_EQ(await(this->clients().find(ClientId{"client-1"})), make_client());
  EXPECT_EQ(await(this->clients().find(ClientId{"client-2"})), std::nullopt);
}

TYPED_TEST(Clients, with_nothing_optional) {
  Client client;
  client.id = ClientId{"bare"};
  client.disabled = true;
  EXPECT_TRUE(await(this->clients().create(client)));
  EXPECT_EQ(await(this->clients().find(client.id)), client);
}

TYPED_TEST(Clients, taken_id_is_refused_and_changes_nothing) {
  EXPECT_TRUE(await(this->clients().create(make_client())));
  Client thief = make_client();
  thief.name = "thief";
  thief.member_keys = {{pubkey_of("thief"), {}, {}}};
  EXPECT_FALSE(await(this->clients().create(thief)));
  EXPECT_EQ(await(this->clients().find(thief.id)), make_client());
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("thief"))), std::nullopt);
}

TYPED_TEST(Clients, member_key_finds_its_only_client) {
  await(this->clients().create(make_client("client-1")));
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("client-1-second"))), make_client("client-1"));
  EXPECT_EQ(await(this->clients().find_by_member_key("02unknown")), std::nullopt);

  Client second = make_client("client-2");
  second.member_keys = {{pubkey_of("client-1-second"), {}, {}}, {pubkey_of("client-1-second"), kNow, {}}};
  await(this->clients().create(second));
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("client-1-second"))), std::nullopt) << "two have it";
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("client-1"))), make_client("client-1"));
}

TYPED_TEST(Clients, update_replaces_all_but_the_creation_time) {
  await(this->clients().create(make_client()));
  Client changed = make_client();
  changed.name = "other";
  changed.auth_method = "none";
  changed.redirect_uris = {"https://b.example/cb"};
  changed.grant_types.clear();
  changed.scopes = {"email"};
  changed.member_keys = {{pubkey_of("new"), {}, after(kHour)}};
  changed.secrets.clear();
  changed.owner_bap_id.reset();
  changed.skip_consent = false;
  changed.disabled = true;
  changed.metadata = {{"jwks_uri", "https://b.example/jwks"}};
  changed.created_at = after(kDay);
  changed.updated_at = after(kHour);
  EXPECT_TRUE(await(this->clients().update(changed)));

  changed.created_at = kNow;
  EXPECT_EQ(await(this->clients().find(changed.id)), changed);
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("client-1"))), std::nullopt);
  EXPECT_EQ(await(this->clients().find_by_member_key(pubkey_of("new"))), changed);
  EXPECT_FALSE(await(this->clients().update(make_client("unknown"))));
}

TYPED_TEST(Clients, update_of_something_changed_meanwhile_is_refused) {
  await(this->clients().create(make_client()));
  Client changed = make_client();
  changed.updated_at = after(kHour);
  EXPECT_FALSE(await(this->clients().update(changed, after(2))));
  EXPECT_TRUE(await(this->clients().update(changed, make_client().updated_at)));
  EXPECT_FALSE(await(this->clients().update(changed, make_client().updated_at)));
}

TYPED_TEST(Clients, list_walks_all_by_id) {
  std::vector<std::string> expected;
  for (const char* id : {"b", "B", "a-1", "a", "Z", "z\xC3\xA9", "10", "9"}) {
    await(this->clients().create(make_client(id)));
    expected.emplace_back(id);
  }
  std::sort(expected.begin(), expected.end());
  std::vector<std::string> seen;
  for (std::string last;;) {
    const auto page = await(this->clients().list({.limit = 3, .after = last}));
    EXPECT_LE(page.size(), 3u);
    if (page.empty()) break;
    for (const auto& client : page) seen.push_back(client.id.str());
    last = seen.back();
  }
  EXPECT_EQ(seen, expected);
}

TYPED_TEST(Clients, list_finds_by_id_name_owner_and_key) {
  for (const char* id : {"photo-album", "chess", "50%_off", "other"}) {
    Client client = make_client(id);
    client.name = id == std::string("chess") ? "The Chess Club" : "";
    client.owner_bap_id = id == std::string("other") ? std::optional(BapId{"owner-1"}) : std::nullopt;
    client.member_keys.clear();
    if (id == std::string("other")) client.member_keys = make_client().member_keys;
    await(this->clients().create(client));
  }
  const auto found = [&](const std::string& search) {
    std::vector<std::string> ids;
    for (const auto& client : await(this->clients().list({}, search))) ids.push_back(client.id.str());
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(found("ALBUM"), Ids{"photo-album"});
  EXPECT_EQ(found("chess cl"), Ids{"chess"});
  EXPECT_EQ(found("%_"), Ids{"50%_off"}) << "text, not a pattern";
  EXPECT_EQ(found("owner-1"), Ids{"other"});
  EXPECT_EQ(found(make_client().member_keys.front().pubkey), Ids{"other"});
  EXPECT_EQ(found("owner"), Ids{}) << "an owner is named whole";
  EXPECT_EQ(await(this->clients().list({.limit = 1, .after = "50%_off"}, "o")).front().id.str(), "other");
}

TYPED_TEST(Clients, page_size_is_bounded) {
  std::vector<Task<Result<bool>>> creations;
  for (int i = 0; i < 205; ++i) creations.push_back(this->clients().create(make_client("c" + std::to_string(i))));
  run_all(std::move(creations));
  EXPECT_EQ(await(this->clients().list({.limit = 100'000, .after = {}})).size(), 200u);
  EXPECT_EQ(await(this->clients().list({.limit = 0, .after = {}})).size(), 1u);
}

TYPED_TEST(Clients, removal_takes_codes_tokens_and_consents_along) {
  Store& store = this->store();
  await(store.clients.create(make_client("client-1")));
  await(store.clients.create(make_client("client-2")));
  await(store.users.create_with_profile(make_user(), make_profile()));
  for (const char* client : {"client-1", "client-2"}) {
    AuthorizationCode code = make_code(client);
    code.client_id = ClientId{client};
    await(store.tokens.create_code(code));
    AccessToken access = make_access(client, client);
    access.client_id = ClientId{client};
    await(store.tokens.redeem_code(code.hash, kNow, {access, make_refresh(client, client)}));
    AccessToken machine = make_access(std::string(client) + "-cc", "none");
    machine.client_id = ClientId{client};
    machine.user_id.reset();
    await(store.tokens.create_access(machine));
    await(store.consents.remember({UserId{"user-1"}, ClientId{client}, {}, {"openid"}, kNow, kNow}));
  }

  EXPECT_TRUE(await(store.clients.remove(ClientId{"client-1"})));
  EXPECT_FALSE(await(store.clients.remove(ClientId{"client-1"})));
  for (const char* client : {"client-1", "client-2"}) {
    const bool kept = client == std::string("client-2");
    EXPECT_EQ(await(store.clients.find(ClientId{client})).has_value(), kept);
    EXPECT_EQ(await(store.clients.find_by_member_key(pubkey_of(client))).has_value(), kept);
    EXPECT_EQ(await(store.tokens.find_code(make_code(client).hash)).has_value(), kept);
    EXPECT_EQ(await(store.tokens.find_access(make_access(client).hash)).has_value(), kept);
    EXPECT_EQ(await(store.tokens.find_access(make_access(std::string(client) + "-cc").hash)).has_value(), kept);
    EXPECT_EQ(await(store.tokens.find_refresh(make_refresh(client).hash)).has_value(), kept);
    EXPECT_EQ(await(store.consents.find(UserId{"user-1"}, ClientId{client}, {})).has_value(), kept);
  }
}

TYPED_TEST(Clients, removal_takes_more_along_than_one_commit) {
  Store& store = this->store();
  for (const char* client : {"client-1", "client-2"}) await(store.clients.create(make_client(client)));
  await(this->database().write({}, [](sql::Connection& connection) -> Result<void> {
    const std::string numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100) ";
    const std::string blob = connection.dialect() == sql::Dialect::sqlite ? "BLOB" : "bytea";
    for (const char* client : {"client-1", "client-2"}) {
      SIGMA_CHECK(connection.execute_script(
          "INSERT INTO grants (id, client_id, user_id, redirect_uri, redirect_uri_was_sent, scopes, offline_access, "
          "claims, resources, auth_time, created_at, code_expires_at, expires_at) " +
          numbers +
          fmt::format("SELECT '{0}-' || i, '{0}', 'user-1', '', TRUE, '[]', TRUE, 'null', '[]', 0, 0, 0, 0 FROM n",
                      client)));
      for (const char* user : {"'user-1'", "NULL"}) {
        SIGMA_CHECK(connection.execute_script(
            "INSERT INTO access_tokens (hash, grant_id, client_id, user_id, scopes, audience, details, auth_time, "
            "created_at, expires_at) " +
            numbers +
            fmt::format("SELECT CAST('{0}{1}' || i AS {2}), '{0}-' || i, '{0}', {3}, '[]', '[]', '[]', 0, 0, "
                        "0 FROM n",
                        client, user[0] == 'N' ? "own" : "of", blob, user)));
      }
    }
    return {};
  }));
  EXPECT_TRUE(await(store.clients.remove(ClientId{"client-1"})));
  std::map<std::string, std::int64_t> rows;
  for (const TableCount& count : await(store.statistics.count_tables())) rows[std::string(count.table)] = count.rows;
  EXPECT_EQ(rows["grants"], 2100);
  EXPECT_EQ(rows["access_tokens"], 4200);
  EXPECT_EQ(rows["clients"], 1);
}

TYPED_TEST(Clients, a_limit_holds_also_when_they_come_at_once_from_two_replicas) {
  await(this->store().users.create_with_profile(make_user(), make_profile()));
  Database second(this->backend_.connector());
  Store other(second);
  const auto created = [&](const std::string& kind, const ClientLimit& limit) {
    std::vector<Task<Result<ClientCreation>>> attempts;
    for (int i = 0; i < 12; ++i) {
      Client client = make_client(kind + std::to_string(i));
      client.owner_bap_id = BapId{kind};
      if (!limit.since) client.registration_token.reset();
      attempts.push_back((i % 2 == 0 ? this->store() : other).clients.create_within(client, limit));
    }
    int done = 0;
    for (auto& result : run_all(std::move(attempts))) done += must(std::move(result)) == ClientCreation::done ? 1 : 0;
    return done;
  };
  EXPECT_EQ(created("bap-1", {.max = 5, .since = {}}), 5);
  EXPECT_EQ(created("themselves", {.max = 4, .since = after(-1)}), 4);
  Client next = make_client("next");
  next.owner_bap_id = BapId{"bap-1"};
  EXPECT_EQ(await(this->clients().create_within(next, {.max = 5, .since = {}})), ClientCreation::too_many);
  EXPECT_FALSE(await(this->clients().find(next.id)));
  EXPECT_EQ(await(this->clients().create_within(next, {.max = 1, .since = kNow})), ClientCreation::done);
  EXPECT_EQ(await(this->clients().create_within(next, {.max = 9, .since = kNow})), ClientCreation::taken);
}

TYPED_TEST(Clients, those_of_an_identity_oldest_first) {
  for (const char* id : {"b", "a", "c"}) {
    Client client = make_client(id);
    client.created_at = after(id == std::string("a") ? kDay : 0);
    client.owner_bap_id = BapId{id == std::string("c") ? "somebody" : "owner"};
    ASSERT_TRUE(await(this->clients().create(client)));
  }
  const auto owned = await(this->clients().list_owned(BapId{"owner"}));
  ASSERT_EQ(owned.size(), 2u);
  EXPECT_EQ(owned[0].id.str(), "b");
  EXPECT_EQ(owned[1].id.str(), "a");
  EXPECT_TRUE(await(this->clients().list_owned(BapId{"nobody"})).empty());
}

TYPED_TEST(Clients, those_that_registered_themselves_are_counted) {
  for (int i = 0; i < 3; ++i) {
    Client client = make_client("client-" + std::to_string(i));
    client.created_at = after(i);
    if (i == 2) client.registration_token.reset();
    ASSERT_TRUE(await(this->clients().create(client)));
  }
  EXPECT_EQ(await(this->clients().count_self_registered(after(-1))), 2);
  EXPECT_EQ(await(this->clients().count_self_registered(kNow)), 1);
  EXPECT_EQ(await(this->clients().count_self_registered(after(1))), 0);
}

TYPED_TEST(Clients, those_that_nobody_used_are_removed) {
  Client forgotten = make_client("forgotten"), used = make_client("used"), registered = make_client("registered");
  registered.expires_at.reset();
  for (const Client& client : {forgotten, used, registered}) ASSERT_TRUE(await(this->clients().create(client)));
  used.expires_at.reset();
  ASSERT_TRUE(await(this->clients().update(used)));
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(365 * kDay - 1), 100)), 0u);
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(365 * kDay), 100)), 1u);
  EXPECT_FALSE(await(this->clients().find(forgotten.id)));
  EXPECT_EQ(await(this->clients().find(used.id)), used);
  EXPECT_TRUE(await(this->clients().find(registered.id)));
}

TYPED_TEST(Clients, hostile_texts_come_back_unchanged) {
  for (const std::string& text : hostile_texts()) {
    Client client = make_client(text);
    client.name = text;
    client.member_keys = {{pubkey_of("m"), {}, {}}};
    ASSERT_TRUE(await(this->clients().create(client)));
    EXPECT_EQ(await(this->clients().find(client.id)), client);
    ASSERT_TRUE(await(this->clients().remove(client.id)));
  }
}

// Lists and JSON are JSON text: every well-formed text survives, NUL included.
TYPED_TEST(Clients, hostile_texts_inside_lists_come_back_unchanged) {
  Client client = make_client();
  client.redirect_uris.clear();
  for (const std::string& text : hostile_texts()) {
    if (text.find('\xff') == std::string::npos) client.redirect_uris.push_back(text);
  }
  client.metadata = {{"texts", client.redirect_uris}, {std::string("\0key", 4), -0.25}, {"big", 9007199254740993}};
  ASSERT_TRUE(await(this->clients().create(client)));
  EXPECT_EQ(await(this->clients().find(client.id)), client);
}

}  // namespace
}  // namespace sigma::store::contract
