#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, SigningKey& key) {
  columns.read(key.kid, key.algorithm, key.public_jwk);
  columns.read_bytes(key.sealed_private);
  columns.read(key.created_at, key.active_from, key.retired_at, key.expires_at);
}

namespace {

const std::string kColumns =
    "kid, algorithm, public_jwk, sealed_private, created_at, active_from, retired_at, expires_at";
const std::string kInsertText = "INSERT INTO signing_keys (" + kColumns + ") VALUES (" + placeholders(1, 8) + ")";

Params params_of(const SigningKey& key) {
  return {key.kid,
          key.algorithm,
          json_text(key.public_jwk),
          sql::Blob{key.sealed_private},
          key.created_at,
          key.active_from,
          key.retired_at,
          key.expires_at};
}

}  // namespace

Task<Result<std::vector<SigningKey>>> KeyStore::list() {
  static const Query kList("SELECT " + kColumns + " FROM signing_keys ORDER BY created_at, kid");
  return db_.read([](Connection& connection) { return find_all<SigningKey>(connection, kList, {}); });
}

Task<Result<bool>> KeyStore::create_if_none(SigningKey key) {
  static const Query kInsert(kInsertText + " ON CONFLICT (algorithm) WHERE retired_at IS NULL DO NOTHING");
  WriteTraits traits{.key = key.algorithm, .single_statement = true};
  return db_.write(std::move(traits), [key = std::move(key)](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto inserted, change(connection, kInsert, params_of(key)));
    return inserted > 0;
  });
}

Task<Result<bool>> KeyStore::rotate(SigningKey key, std::string replaced, UtcTime old_expires_at) {
  static const Query kRetire(
      "UPDATE signing_keys SET retired_at = $2, expires_at = $3 "
      "WHERE kid = $4 AND algorithm = $1 AND retired_at IS NULL");
  static const Query kEndOthers(
      "UPDATE signing_keys SET retired_at = CASE WHEN retired_at > $2 THEN $2 ELSE retired_at END, "
      "expires_at = CASE WHEN expires_at > $3 THEN $3 ELSE expires_at END "
      "WHERE algorithm = $1 AND retired_at IS NOT NULL AND (retired_at > $2 OR expires_at > $3)");
  static const Query kInsert(kInsertText);
  WriteTraits traits{.key = key.algorithm};
  return db_.write(
      std::move(traits),
      [key = std::move(key), replaced = std::move(replaced), old_expires_at](Connection& connection) -> Result<bool> {
        SIGMA_TRY(const auto retired,
                  change(connection, kRetire, {key.algorithm, key.active_from, old_expires_at, replaced}));
        if (retired == 0) return false;
        SIGMA_CHECK(change(connection, kEndOthers, {key.algorithm, key.active_from, old_expires_at}));
        SIGMA_CHECK(change(connection, kInsert, params_of(key)));
        return true;
      });
}

}  // namespace sigma::store
