#include "loop_statements.hpp"
#include "row_statements.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::store {

static core::Json to_json(std::optional<UtcTime> time) {
  return time ? core::Json(time->ms) : core::Json();
}

static std::optional<UtcTime> time_from(const core::Json& json) {
  if (json.is_null()) return {};
  return UtcTime{json.get<std::int64_t>()};
}

static std::string member_keys_text(const std::vector<MemberKey>& keys) {
  core::Json array = core::Json::array();
  for (const auto& key : keys) {
    array.push_back(
        {{"pubkey", key.pubkey}, {"not_before", to_json(key.not_before)}, {"not_after", to_json(key.not_after)}});
  }
  return json_text(array);
}

static std::string secrets_text(const std::vector<ClientSecret>& secrets) {
  core::Json array = core::Json::array();
  for (const auto& secret : secrets) {
    array.push_back({{"hash", core::hex_encode(secret.hash.str())},
                     {"created_at", secret.created_at.ms},
                     {"expires_at", to_json(secret.expires_at)}});
  }
  return json_text(array);
}

void read_row(Columns columns, Client& client) {
  core::Json member_keys, secrets;
  columns.read(client.id, client.name, client.auth_method, client.redirect_uris, client.grant_types, client.scopes,
               member_keys, secrets, client.owner_bap_id, client.skip_consent, client.disabled, client.metadata,
               client.registration_token, client.expires_at, client.created_at, client.updated_at);
  for (const auto& key : member_keys) {
    client.member_keys.push_back(
        {key.at("pubkey").get<std::string>(), time_from(key.at("not_before")), time_from(key.at("not_after"))});
  }
  for (const auto& secret : secrets) {
    client.secrets.push_back({SecretHash{core::hex_decode(secret.at("hash").get<std::string>()).value_or("")},
                              UtcTime{secret.at("created_at").get<std::int64_t>()},
                              time_from(secret.at("expires_at"))});
  }
}

namespace {

constexpr std::size_t kMaxPage = 200;

const std::string kColumns(kClientColumns);

Params params_of(const Client& client) {
  return {client.id,
          client.name,
          client.auth_method,
          json_text(client.redirect_uris),
          json_text(client.grant_types),
          json_text(client.scopes),
          member_keys_text(client.member_keys),
          secrets_text(client.secrets),
          client.owner_bap_id,
          client.skip_consent,
          client.disabled,
          json_text(client.metadata),
          client.registration_token,
          client.expires_at,
          client.created_at,
          client.updated_at};
}

const Query kCountSelfRegistered(
    "SELECT count(*) FROM clients WHERE registration_token IS NOT NULL AND created_at > $1");

Result<void> write_member_keys(Connection& connection, const Client& client) {
  static const Query kForget("DELETE FROM client_member_keys WHERE client_id = $1");
  static const Query kInsert(
      "INSERT INTO client_member_keys (pubkey, client_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
  SIGMA_CHECK(change(connection, kForget, {client.id}));
  for (const auto& key : client.member_keys) SIGMA_CHECK(change(connection, kInsert, {key.pubkey, client.id}));
  return {};
}

Result<bool> insert(Connection& connection, const Client& client) {
  static const Query kInsert("INSERT INTO clients (" + kColumns + ") VALUES (" + placeholders(1, 16) +
                             ") ON CONFLICT (id) DO NOTHING");
  SIGMA_TRY(const auto inserted, change(connection, kInsert, params_of(client)));
  if (inserted == 0) return false;
  SIGMA_CHECK(write_member_keys(connection, client));
  return true;
}

/// How many there are of those that the limit counts. Whoever else asks waits until the caller has committed.
Result<std::int64_t> count_locked(Connection& connection, const Client& client, const ClientLimit& limit) {
  static const Query kLockAll("SELECT 1", "SELECT pg_advisory_xact_lock(7310868735402537)");
  static const Query kLockOwner("SELECT 1 FROM profiles WHERE bap_id = $1",
                                "SELECT 1 FROM profiles WHERE bap_id = $1 FOR UPDATE");
  static const Query kCountOwned("SELECT count(*) FROM clients WHERE owner_bap_id = $1");
  if (limit.since) {
    SIGMA_CHECK(change(connection, kLockAll, {}));
    SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCountSelfRegistered, {*limit.since}));
    return *count;
  }
  SIGMA_CHECK(change(connection, kLockOwner, {client.owner_bap_id}));
  SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCountOwned, {client.owner_bap_id}));
  return *count;
}

/// Rows of each table that one commit removes with a client.
constexpr std::int64_t kRemovedTogether = 1'000;

/// Some of the client's grants with their tokens; how many grants.
Result<std::size_t> remove_grants(Connection& connection, const ClientId& id) {
  static const std::string kSome = "SELECT id FROM grants WHERE client_id = $1 LIMIT $2";
  static const std::string kOfThem = " WHERE grant_id IN (SELECT id FROM gone)";
  // Postgres: one statement, as another one might take other grants.
  static const Query kGrants("DELETE FROM grants WHERE id IN (" + kSome + ")",
                             "WITH gone AS (" + kSome + "), a AS (DELETE FROM access_tokens" + kOfThem +
                                 "), r AS (DELETE FROM refresh_tokens" + kOfThem +
                                 ") DELETE FROM grants WHERE id IN (SELECT id FROM gone)");
  static const Query kTokens[] = {Query("DELETE FROM access_tokens WHERE grant_id IN (" + kSome + ")"),
                                  Query("DELETE FROM refresh_tokens WHERE grant_id IN (" + kSome + ")")};
  if (connection.dialect() == sql::Dialect::sqlite) {
    for (const Query& query : kTokens) SIGMA_CHECK(change(connection, query, {id, kRemovedTogether}));
  }
  return change(connection, kGrants, {id, kRemovedTogether});
}

Result<std::size_t> remove_own_tokens(Connection& connection, const ClientId& id) {
  static const Query kRemove(
      "DELETE FROM access_tokens WHERE hash IN (SELECT hash FROM access_tokens WHERE client_id = $1 AND user_id IS "
      "NULL LIMIT $2)");
  return change(connection, kRemove, {id, kRemovedTogether});
}

Result<std::size_t> remove_consents(Connection& connection, const ClientId& id) {
  static const Query kRemove(
      "DELETE FROM consents WHERE (user_id, client_id, bap_id) IN (SELECT user_id, client_id, bap_id FROM consents "
      "WHERE client_id = $1 LIMIT $2)");
  return change(connection, kRemove, {id, kRemovedTogether});
}

// Position functions and not LIKE: what is searched for is text, whatever characters it holds.
std::string search_text(std::string_view position) {
  return fmt::format(
      "SELECT {0} FROM clients WHERE id > $1 AND ({1}(lower(id), lower($3)) > 0 OR {1}(lower(name), lower($3)) > 0 OR "
      "owner_bap_id = $3 OR id IN (SELECT client_id FROM client_member_keys WHERE pubkey = lower($3))) "
      "ORDER BY id LIMIT $2",
      kColumns, position);
}

}  // namespace

Task<Found<Client>> ClientStore::find(ClientId id) {
  static const Query kFind("SELECT " + kColumns + " FROM clients WHERE id = $1");
  co_return co_await find_first<Client>(db_, kFind, {id});
}

Task<Found<Client>> ClientStore::find_by_member_key(std::string pubkey) {
  static const Query kFind(
      "SELECT " + kColumns +
      " FROM clients WHERE id IN (SELECT client_id FROM client_member_keys WHERE pubkey = $1) LIMIT 2");
  return db_.read([pubkey = std::move(pubkey)](Connection& connection) -> Found<Client> {
    SIGMA_TRY(auto clients, find_all<Client>(connection, kFind, {pubkey}));
    if (clients.size() != 1) return std::optional<Client>{};
    return std::optional<Client>(std::move(clients.front()));
  });
}

Task<Result<std::vector<Client>>> ClientStore::list(Page page, std::string search) {
  static const Query kList("SELECT " + kColumns + " FROM clients WHERE id > $1 ORDER BY id LIMIT $2");
  static const Query kSearch(search_text("instr"), search_text("strpos"));
  return db_.read([page = std::move(page), search = std::move(search)](Connection& connection) {
    const auto limit = static_cast<std::int64_t>(std::clamp<std::size_t>(page.limit, 1, kMaxPage));
    return search.empty() ? find_all<Client>(connection, kList, {page.after, limit})
                          : find_all<Client>(connection, kSearch, {page.after, limit, search});
  });
}

Task<Result<std::vector<Client>>> ClientStore::list_owned(BapId owner) {
  static const Query kList("SELECT " + kColumns +
                           " FROM clients WHERE owner_bap_id = $1 ORDER BY created_at, id LIMIT " +
                           std::to_string(kMaxPage));
  return db_.read(
      [owner = std::move(owner)](Connection& connection) { return find_all<Client>(connection, kList, {owner}); });
}

Task<Result<std::int64_t>> ClientStore::count_self_registered(UtcTime since) {
  return db_.read([since](Connection& connection) -> Result<std::int64_t> {
    SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCountSelfRegistered, {since}));
    return count.value_or(0);
  });
}

Task<Result<bool>> ClientStore::create(Client client) {
  WriteTraits traits{.key = client.id.str()};
  return db_.write(std::move(traits),
                   [client = std::move(client)](Connection& connection) { return insert(connection, client); });
}

Task<Result<ClientCreation>> ClientStore::create_within(Client client, ClientLimit limit) {
  // Without a key: the first of its batch, so it waits for others while it holds nothing that they want.
  return db_.write({}, [client = std::move(client), limit](Connection& connection) -> Result<ClientCreation> {
    SIGMA_TRY(const auto count, count_locked(connection, client, limit));
    if (count >= limit.max) return ClientCreation::too_many;
    SIGMA_TRY(const bool created, insert(connection, client));
    return created ? ClientCreation::done : ClientCreation::taken;
  });
}

Task<Result<bool>> ClientStore::update(Client client, std::optional<UtcTime> expected_updated_at) {
  // created_at stays: the fifteenth column of params_of is left out.
  static const std::string kUpdate =
      "UPDATE clients SET name = $2, auth_method = $3, redirect_uris = $4, grant_types = $5, scopes = $6, "
      "member_keys = $7, secrets = $8, owner_bap_id = $9, skip_consent = $10, disabled = $11, metadata = $12, "
      "registration_token = $13, expires_at = $14, updated_at = $15 WHERE id = $1";
  static const Query kAlways(kUpdate);
  static const Query kIfUnchanged(kUpdate + " AND updated_at = $16");
  WriteTraits traits{.key = client.id.str(), .revokes = true};
  return db_.write(
      std::move(traits), [client = std::move(client), expected_updated_at](Connection& connection) -> Result<bool> {
        Params params = params_of(client);
        params.erase(params.begin() + 14);
        if (expected_updated_at) params.emplace_back(*expected_updated_at);
        SIGMA_TRY(const auto updated, change(connection, expected_updated_at ? kIfUnchanged : kAlways, params));
        if (updated == 0) return false;
        SIGMA_CHECK(write_member_keys(connection, client));
        return true;
      });
}

Task<Result<bool>> ClientStore::retire(ClientId id) {
  // Maintenance removes what has expired: it finishes what nobody else does.
  static const Query kRetire(
      "UPDATE clients SET disabled = TRUE, expires_at = 0, updated_at = updated_at + 1 WHERE id = $1");
  WriteTraits traits{.key = id.str(), .single_statement = true, .revokes = true};
  return db_.write(std::move(traits), [id = std::move(id)](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto retired, change(connection, kRetire, {id}));
    return retired > 0;
  });
}

Task<Result<bool>> ClientStore::remove(ClientId id) {
  static const Query kRemove("DELETE FROM clients WHERE id = $1");  // cascades to member keys
  SIGMA_CO_TRY(const bool known, co_await retire(id));
  if (!known) co_return false;
  static constexpr auto kSteps = std::array{remove_grants, remove_own_tokens, remove_consents};
  for (const auto remove_some : kSteps) {
    for (std::size_t removed = kRemovedTogether; removed == kRemovedTogether;) {
      SIGMA_CO_TRY(removed, co_await db_.write({.key = id.str()}, [id, remove_some](Connection& connection) {
        return remove_some(connection, id);
      }));
    }
  }
  WriteTraits traits{.key = id.str(), .single_statement = true, .revokes = true};
  SIGMA_CO_CHECK(co_await db_.write(std::move(traits),
                                    [id](Connection& connection) { return change(connection, kRemove, {id}); }));
  co_return true;
}

}  // namespace sigma::store
