#include "sigma/store/sealed_values.hpp"

#include "statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, SealedValue& value) {
  columns.read(value.id);
  columns.read_bytes(value.sealed);
}

core::Task<core::Result<std::vector<SealedValue>>> SealedValues::list() {
  static const Query kKeys("SELECT kid, sealed_private FROM signing_keys ORDER BY kid");
  static const Query kSecrets("SELECT name, sealed FROM server_secrets ORDER BY name");
  return db_.read([](Connection& connection) -> core::Result<std::vector<SealedValue>> {
    SIGMA_TRY(auto values, find_all<SealedValue>(connection, kKeys, {}));
    SIGMA_TRY(auto secrets, find_all<SealedValue>(connection, kSecrets, {}));
    for (SealedValue& value : secrets) {
      value.kind = SealedValue::Kind::server_secret;
      values.push_back(std::move(value));
    }
    return values;
  });
}

core::Task<core::Result<bool>> SealedValues::replace(SealedValue value, std::string sealed) {
  static const Query kKey("UPDATE signing_keys SET sealed_private = $3 WHERE kid = $1 AND sealed_private = $2");
  static const Query kSecret("UPDATE server_secrets SET sealed = $3 WHERE name = $1 AND sealed = $2");
  WriteTraits traits{.key = value.id, .single_statement = true};
  return db_.write(
      std::move(traits),
      [value = std::move(value), sealed = std::move(sealed)](Connection& connection) -> core::Result<bool> {
        const Query& query = value.kind == SealedValue::Kind::signing_key ? kKey : kSecret;
        SIGMA_TRY(const auto changed,
                  change(connection, query, {value.id, sql::Blob{value.sealed}, sql::Blob{sealed}}));
        return changed > 0;
      });
}

}  // namespace sigma::store
