#include "sigma/store/store.hpp"
#include "statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, PushedRequest& request) {
  columns.read(request.hash, request.client_id, request.parameters, request.created_at, request.request_expires_at,
               request.consumed_at, request.expires_at);
}

namespace {

const std::string kColumns = "hash, client_id, parameters, created_at, request_expires_at, consumed_at, expires_at";

}  // namespace

Task<Result<void>> PushedRequestStore::create(PushedRequest request) {
  static const Query kInsert("INSERT INTO pushed_requests (" + kColumns + ") VALUES (" + placeholders(1, 7) + ")");
  WriteTraits traits{.key = request.hash.str(), .single_statement = true};
  return db_.write(std::move(traits), [request = std::move(request)](Connection& connection) -> Result<void> {
    SIGMA_CHECK(change(connection, kInsert,
                       {request.hash, request.client_id, request.parameters, request.created_at,
                        request.request_expires_at, request.consumed_at, request.expires_at}));
    return {};
  });
}

Task<Found<PushedRequest>> PushedRequestStore::find(SecretHash hash) {
  static const Query kFind("SELECT " + kColumns + " FROM pushed_requests WHERE hash = $1");
  return db_.read(
      [hash = std::move(hash)](Connection& connection) { return find_one<PushedRequest>(connection, kFind, {hash}); });
}

Task<Result<Consumed>> PushedRequestStore::consume(SecretHash hash, UtcTime now) {
  static const Query kConsume("UPDATE pushed_requests SET consumed_at = $2 WHERE hash = $1 AND consumed_at IS NULL");
  static const Query kExists("SELECT 1 FROM pushed_requests WHERE hash = $1");
  WriteTraits traits{.key = hash.str(), .single_statement = true};
  return db_.write(std::move(traits), [hash = std::move(hash), now](Connection& connection) -> Result<Consumed> {
    SIGMA_TRY(const auto consumed, change(connection, kConsume, {hash, now}));
    if (consumed > 0) return Consumed::done;
    SIGMA_TRY(const auto rows, change(connection, kExists, {hash}));
    return rows > 0 ? Consumed::already : Consumed::not_found;
  });
}

}  // namespace sigma::store
