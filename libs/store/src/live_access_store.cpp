#include "sigma/store/live_access_store.hpp"

#include "loop_statements.hpp"
#include "row_statements.hpp"

namespace sigma::store {

static void read_row(Columns columns, AccessContext& found) {
  columns.read_joined(found.client, count_columns(kClientColumns));
  columns.read_joined(found.user, count_columns(kUserColumns));
  columns.read_joined(found.profile, count_columns(kProfileColumns));
  read_row(columns, found.token);
}

Task<Found<AccessContext>> LiveAccessStore::find(SecretHash hash) {
  static const Query kFind(fmt::format(
      "SELECT {}, {}, {}, {} FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id "
      "LEFT JOIN clients c ON c.id = t.client_id LEFT JOIN users u ON u.id = t.user_id "
      "LEFT JOIN profiles p ON p.bap_id = t.bap_id WHERE t.hash = $1",
      of_table("c", kClientColumns), of_table("u", kUserColumns), of_table("p", kProfileColumns), kLiveAccessColumns));
  co_return co_await find_first<AccessContext>(db_, kFind, {hash});
}

}  // namespace sigma::store
