#include "sigma/store/exchange_store.hpp"

#include "loop_statements.hpp"
#include "row_statements.hpp"
#include "token_statements.hpp"

namespace sigma::store {

template <class Context, class Token>
static void read_context(Columns columns, Context& found, Token& token) {
  columns.read_joined(found.user, count_columns(kUserColumns));
  columns.read_joined(found.profile, count_columns(kProfileColumns));
  read_row(columns, token);
}

static void read_row(Columns columns, CodeContext& found) {
  read_context(columns, found, found.code);
}

static void read_row(Columns columns, RefreshContext& found) {
  read_context(columns, found, found.token);
}

Task<Found<CodeContext>> ExchangeStore::find_code(SecretHash hash, UtcTime now) {
  static const Query kFind(
      fmt::format("SELECT {}, {}, {} FROM grants g LEFT JOIN sessions s ON s.id = g.session_id AND s.expires_at > $2 "
                  "LEFT JOIN users u ON u.id = s.user_id LEFT JOIN profiles p ON p.bap_id = g.bap_id "
                  "WHERE g.code_hash = $1",
                  of_table("u", kUserColumns), of_table("p", kProfileColumns), of_table("g", kCodeColumns)));
  co_return co_await find_first<CodeContext>(db_, kFind, {hash, now});
}

Task<Found<RefreshContext>> ExchangeStore::find_refresh(SecretHash hash) {
  static const Query kFind(
      fmt::format("SELECT {}, {}, {} FROM refresh_tokens t LEFT JOIN grants g ON g.id = t.grant_id "
                  "LEFT JOIN users u ON u.id = t.user_id LEFT JOIN profiles p ON p.bap_id = t.bap_id WHERE t.hash = $1",
                  of_table("u", kUserColumns), of_table("p", kProfileColumns), kRefreshTokenColumns));
  co_return co_await find_first<RefreshContext>(db_, kFind, {hash});
}

}  // namespace sigma::store
