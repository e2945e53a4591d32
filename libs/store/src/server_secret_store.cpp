#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {
namespace {

struct Sealed {
  std::string bytes;
};
void read_row(Columns columns, Sealed& out) {
  columns.read_bytes(out.bytes);
}

}  // namespace

Task<Result<std::string>> ServerSecretStore::find_or_create(std::string name, std::string sealed, UtcTime now) {
  static const Query kInsert(
      "INSERT INTO server_secrets (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING");
  static const Query kFind("SELECT sealed FROM server_secrets WHERE name = $1");
  WriteTraits traits{.key = name};
  return db_.write(
      std::move(traits),
      [name = std::move(name), sealed = std::move(sealed), now](Connection& connection) -> Result<std::string> {
        SIGMA_CHECK(change(connection, kInsert, {name, sql::Blob{sealed}, now}));
        SIGMA_TRY(auto kept, find_one<Sealed>(connection, kFind, {name}));
        if (!kept) return core::Error{core::Code::internal, "A server secret vanished while it was made.", name};
        return std::move(kept->bytes);
      });
}

}  // namespace sigma::store
