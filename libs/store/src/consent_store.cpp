#include "loop_statements.hpp"
#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, Consent& consent) {
  std::string bap_id;
  columns.read(consent.user_id, consent.client_id, bap_id, consent.scopes, consent.created_at, consent.updated_at);
  if (!bap_id.empty()) consent.bap_id = BapId{std::move(bap_id)};
}

/// What a grant's revocation needs to know of it.
struct WhatAGrantTells {
  GrantId id;
  std::vector<std::string> scopes;
  core::Json claims;
};
static void read_row(Columns columns, WhatAGrantTells& grant) {
  columns.read(grant.id, grant.scopes, grant.claims);
}

namespace {

const std::string kSelect = "SELECT user_id, client_id, bap_id, scopes, created_at, updated_at FROM consents ";
const Query kFind(kSelect + "WHERE user_id = $1 AND client_id = $2 AND bap_id = $3");
const Query kFindLocked(kSelect + "WHERE user_id = $1 AND client_id = $2 AND bap_id = $3",
                        kSelect + "WHERE user_id = $1 AND client_id = $2 AND bap_id = $3 FOR UPDATE");

const Query kUpdate(
    "UPDATE consents SET scopes = $4, updated_at = $5 WHERE user_id = $1 AND client_id = $2 AND bap_id = $3");

bool contains(const std::vector<std::string>& scopes, const std::string& scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

/// Scopes that the consent held are gone from it: so are the grants that hold one of them, or a claim of one.
Result<void> end_grants(Connection& connection, const Consent& consent, const std::vector<std::string>& removed,
                        ScopesOfClaims scopes_of_claims, UtcTime now) {
  static const Query kGrants(
      "SELECT id, scopes, claims FROM grants WHERE client_id = $1 AND user_id = $2 AND ($3 IS NULL OR bap_id = $3) AND "
      "revoked_at IS NULL AND expires_at > $4",
      "SELECT id, scopes, claims FROM grants WHERE client_id = $1 AND user_id = $2 AND ($3::text IS NULL OR bap_id = "
      "$3) AND revoked_at IS NULL AND expires_at > $4");
  static const Query kRevoke(
      "UPDATE grants SET revoked_at = $2 WHERE id IN (SELECT value FROM json_each($1)) AND revoked_at IS NULL",
      "UPDATE grants SET revoked_at = $2 WHERE id IN (SELECT json_array_elements_text($1::json)) AND revoked_at IS "
      "NULL");
  if (removed.empty()) return {};
  const auto is_removed = [&](const std::string& scope) { return contains(removed, scope); };
  SIGMA_TRY(const auto grants,
            find_all<WhatAGrantTells>(connection, kGrants, {consent.client_id, consent.user_id, consent.bap_id, now}));
  std::vector<std::string> ended;
  for (const WhatAGrantTells& grant : grants) {
    if (std::ranges::any_of(grant.scopes, is_removed) ||
        std::ranges::any_of(scopes_of_claims(grant.claims), is_removed))
      ended.push_back(grant.id.str());
  }
  if (!ended.empty()) SIGMA_CHECK(change(connection, kRevoke, {json_text(ended), now}));
  return {};
}

Result<void> keep_answer(Connection& connection, const Consent& consent, const std::vector<std::string>& declined,
                         ScopesOfClaims scopes_of_claims) {
  static const Query kInsert(
      "INSERT INTO consents (user_id, client_id, bap_id, scopes, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, "
      "$6) "
      "ON CONFLICT (user_id, client_id, bap_id) DO NOTHING");
  SIGMA_TRY(const auto inserted, change(connection, kInsert,
                                        {consent.user_id, consent.client_id, key_of(consent.bap_id),
                                         json_text(consent.scopes), consent.created_at, consent.updated_at}));
  if (inserted > 0) return {};
  SIGMA_TRY(auto known,
            find_one<Consent>(connection, kFindLocked, {consent.user_id, consent.client_id, key_of(consent.bap_id)}));
  if (!known) return core::Error{core::Code::unavailable, "The consent was withdrawn at the same moment; try again."};
  std::vector<std::string> scopes;
  std::vector<std::string> removed;
  for (auto& scope : known->scopes) (contains(declined, scope) ? removed : scopes).push_back(std::move(scope));
  for (const auto& scope : consent.scopes) {
    if (!contains(scopes, scope)) scopes.push_back(scope);
  }
  SIGMA_CHECK(
      change(connection, kUpdate,
             {consent.user_id, consent.client_id, key_of(consent.bap_id), json_text(scopes), consent.updated_at}));
  return end_grants(connection, consent, removed, scopes_of_claims, consent.updated_at);
}

}  // namespace

Task<Found<Consent>> ConsentStore::find(UserId user, ClientId client, std::optional<BapId> bap_id) {
  co_return co_await find_first<Consent>(db_, kFind, {user, client, key_of(bap_id)});
}

Task<Result<void>> ConsentStore::remember(Consent consent) {
  WriteTraits traits{.key = consent.user_id.str()};
  return db_.write(std::move(traits), [consent = std::move(consent)](Connection& connection) {
    return keep_answer(connection, consent, {}, nullptr);
  });
}

Task<Result<void>> ConsentStore::remember_part(Consent consent, std::vector<std::string> declined,
                                               ScopesOfClaims scopes_of_claims) {
  WriteTraits traits{.key = consent.user_id.str(), .revokes = true};
  return db_.write(std::move(traits), [consent = std::move(consent), declined = std::move(declined),
                                       scopes_of_claims](Connection& connection) {
    return keep_answer(connection, consent, declined, scopes_of_claims);
  });
}

Task<Result<std::vector<Consent>>> ConsentStore::list(UserId user) {
  static const Query kList(kSelect + "WHERE user_id = $1 ORDER BY created_at, client_id, bap_id");
  return db_.read(
      [user = std::move(user)](Connection& connection) { return find_all<Consent>(connection, kList, {user}); });
}

Task<Found<Consent>> ConsentStore::narrow(UserId user, ClientId client, std::optional<BapId> bap_id,
                                          std::vector<std::string> keep, ScopesOfClaims scopes_of_claims, UtcTime now) {
  WriteTraits traits{.key = user.str(), .revokes = true};
  return db_.write(
      std::move(traits),
      [user = std::move(user), client = std::move(client), bap_id = std::move(bap_id), keep = std::move(keep),
       scopes_of_claims, now](Connection& connection) -> Result<std::optional<Consent>> {
        SIGMA_TRY(auto consent, find_one<Consent>(connection, kFindLocked, {user, client, key_of(bap_id)}));
        if (!consent) return std::optional<Consent>{};
        std::vector<std::string> removed;
        for (const auto& scope : consent->scopes) {
          if (!contains(keep, scope)) removed.push_back(scope);
        }
        std::erase_if(consent->scopes, [&](const std::string& scope) { return contains(removed, scope); });
        consent->updated_at = now;
        SIGMA_CHECK(change(connection, kUpdate, {user, client, key_of(bap_id), json_text(consent->scopes), now}));
        SIGMA_CHECK(end_grants(connection, *consent, removed, scopes_of_claims, now));
        return consent;
      });
}

Task<Result<bool>> ConsentStore::withdraw(UserId user, ClientId client, std::optional<BapId> bap_id, UtcTime now) {
  static const Query kRemove("DELETE FROM consents WHERE user_id = $1 AND client_id = $2 AND bap_id = $3");
  static const Query kRevoke(
      "UPDATE grants SET revoked_at = $3 WHERE client_id = $1 AND user_id = $2 AND revoked_at IS NULL");
  static const Query kRevokeIdentity(
      "UPDATE grants SET revoked_at = $3 WHERE client_id = $1 AND user_id = $2 AND bap_id = $4 AND revoked_at IS NULL");
  WriteTraits traits{.key = user.str(), .revokes = true};
  return db_.write(std::move(traits),
                   [user = std::move(user), client = std::move(client), bap_id = std::move(bap_id),
                    now](Connection& connection) -> Result<bool> {
                     SIGMA_TRY(const auto removed, change(connection, kRemove, {user, client, key_of(bap_id)}));
                     if (bap_id) {
                       SIGMA_CHECK(change(connection, kRevokeIdentity, {client, user, now, *bap_id}));
                     } else {
                       SIGMA_CHECK(change(connection, kRevoke, {client, user, now}));
                     }
                     return removed > 0;
                   });
}

}  // namespace sigma::store
