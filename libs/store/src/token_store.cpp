#include "loop_statements.hpp"
#include "row_statements.hpp"
#include "token_statements.hpp"

namespace sigma::store {
namespace {

Consumed lost_race(bool exists) {
  return exists ? Consumed::already : Consumed::not_found;
}

}  // namespace

Task<Result<void>> TokenStore::create_code(AuthorizationCode code) {
  const std::string key = code.grant_id.str();
  Change insertion = grant_insertion(code);
  SIGMA_CO_TRY(const auto created, co_await change_on_loop(db_, key, insertion.query, std::move(insertion.params)));
  if (created) co_return Result<void>{};
  co_return co_await db_.write({.key = key, .single_statement = true},
                               [code = std::move(code)](Connection& connection) -> Result<void> {
                                 const Change again = grant_insertion(code);
                                 SIGMA_CHECK(change(connection, again.query, again.params));
                                 return {};
                               });
}

Task<Result<bool>> TokenStore::create_consented_code(AuthorizationCode code, std::vector<std::string> scopes) {
  // The key of whatever else changes this person's consents: who locks several of them locks in the same order.
  const std::string key = code.user_id.str();
  Change insertion = consented_grant_insertion(code, scopes);
  SIGMA_CO_TRY(const auto created, co_await change_on_loop(db_, key, insertion.query, std::move(insertion.params)));
  if (created) co_return *created > 0;
  co_return co_await db_.write(
      {.key = key, .single_statement = true},
      [code = std::move(code), scopes = std::move(scopes)](Connection& connection) -> Result<bool> {
        const Change again = consented_grant_insertion(code, scopes);
        SIGMA_TRY(const auto rows, change(connection, again.query, again.params));
        return rows > 0;
      });
}

Task<Found<AuthorizationCode>> TokenStore::find_code(SecretHash hash) {
  co_return co_await find_first<AuthorizationCode>(db_, select_code(), {hash});
}

Task<Result<Consumed>> TokenStore::redeem_code(SecretHash hash, UtcTime now, IssuedTokens tokens) {
  const std::string key = tokens.access.grant_id.str();
  Change all = redemption(hash, now, tokens);
  SIGMA_CO_TRY(const auto rows, co_await change_on_loop(db_, key, all.query, std::move(all.params)));
  if (rows == 1) co_return Consumed::done;
  if (rows) {
    SIGMA_CO_TRY(const auto code, co_await find_code(std::move(hash)));
    co_return lost_race(code.has_value());
  }
  co_return co_await db_.write(
      {.key = key, .single_statement = true},
      [hash = std::move(hash), now, tokens = std::move(tokens)](Connection& connection) -> Result<Consumed> {
        SIGMA_TRY(const bool redeemed, redeem(connection, hash, now, tokens));
        if (redeemed) return Consumed::done;
        SIGMA_TRY(const bool exists, code_exists(connection, hash));
        return lost_race(exists);
      });
}

Task<Result<Consumed>> TokenStore::consume_code(SecretHash hash, UtcTime now) {
  static const Query kConsume(
      "UPDATE grants SET consumed_at = $2 WHERE code_hash = $1 AND consumed_at IS NULL AND revoked_at IS NULL");
  WriteTraits traits{.key = hash.str(), .single_statement = true};
  return db_.write(std::move(traits), [hash = std::move(hash), now](Connection& connection) -> Result<Consumed> {
    SIGMA_TRY(const auto consumed, change(connection, kConsume, {hash, now}));
    if (consumed > 0) return Consumed::done;
    SIGMA_TRY(const bool exists, code_exists(connection, hash));
    return lost_race(exists);
  });
}

Task<Found<AccessToken>> TokenStore::find_access(SecretHash hash) {
  co_return co_await find_first<AccessToken>(db_, select_access(), {hash});
}

Task<Found<RefreshToken>> TokenStore::find_refresh(SecretHash hash) {
  co_return co_await find_first<RefreshToken>(db_, select_refresh(), {hash});
}

Task<Result<Consumed>> TokenStore::rotate_refresh(SecretHash old_hash, UtcTime now, std::string request_fingerprint,
                                                  std::string sealed_answer, IssuedTokens successors) {
  Rotation rotation{std::move(old_hash), now, std::move(request_fingerprint), std::move(sealed_answer),
                    std::move(successors)};
  const std::string key = rotation.successors.access.grant_id.str();
  Change all = rotation_at_once(rotation);
  SIGMA_CO_TRY(const auto rows, co_await change_on_loop(db_, key, all.query, std::move(all.params)));
  if (rows == 1) co_return Consumed::done;
  if (rows) {
    SIGMA_CO_TRY(const auto token, co_await find_refresh(std::move(rotation.old_hash)));
    co_return lost_race(token.has_value());
  }
  co_return co_await db_.write({.key = key, .single_statement = true},
                               [rotation = std::move(rotation)](Connection& connection) -> Result<Consumed> {
                                 SIGMA_TRY(const bool rotated, rotate(connection, rotation));
                                 if (rotated) return Consumed::done;
                                 SIGMA_TRY(const bool exists, refresh_exists(connection, rotation.old_hash));
                                 return lost_race(exists);
                               });
}

Task<Result<void>> TokenStore::revoke_grant(GrantId id, UtcTime now) {
  static const Query kRevoke("UPDATE grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");
  // Tokens without a user have no row in grants.
  static const Query kRevokeTokens(
      "UPDATE access_tokens SET revoked_at = $2 WHERE grant_id = $1 AND revoked_at IS NULL");
  WriteTraits traits{.key = id.str(), .revokes = true};
  return db_.write(std::move(traits), [id = std::move(id), now](Connection& connection) -> Result<void> {
    SIGMA_TRY(const auto revoked, change(connection, kRevoke, {id, now}));
    if (revoked == 0) SIGMA_CHECK(change(connection, kRevokeTokens, {id, now}));
    return {};
  });
}

Task<Result<bool>> TokenStore::revoke_access(SecretHash hash, UtcTime now) {
  static const Query kRevoke("UPDATE access_tokens SET revoked_at = $2 WHERE hash = $1 AND revoked_at IS NULL");
  WriteTraits traits{.key = hash.str(), .single_statement = true, .revokes = true};
  return db_.write(std::move(traits), [hash = std::move(hash), now](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto revoked, change(connection, kRevoke, {hash, now}));
    return revoked > 0;
  });
}

Task<Result<void>> TokenStore::create_access(AccessToken token) {
  const std::string key = token.grant_id.str();
  if (!token.user_id) {
    Change insertion = access_insertion(token);
    SIGMA_CO_TRY(const auto created, co_await change_on_loop(db_, key, insertion.query, std::move(insertion.params)));
    if (created) co_return Result<void>{};
  }
  WriteTraits traits{.key = key, .single_statement = !token.user_id};
  co_return co_await db_.write(std::move(traits), [token = std::move(token)](Connection& connection) -> Result<void> {
    if (token.user_id) SIGMA_CHECK(insert_grant_of(connection, token));
    const Change insertion = access_insertion(token);
    SIGMA_CHECK(change(connection, insertion.query, insertion.params));
    return {};
  });
}

}  // namespace sigma::store
