#include "sigma/store/audit_store.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "statements.hpp"

namespace sigma::store {

using core::Task;

static void read_row(Columns columns, AuditRow& row) {
  columns.read(row.stream, row.sequence, row.at, row.type, row.outcome, row.actor, row.client_id, row.user_id,
               row.bap_id, row.session_id, row.network, row.request_id, row.detail);
  columns.read_bytes(row.previous_hash);
  columns.read_bytes(row.hash);
  columns.read_bytes(row.signature);
}

static void read_row(Columns columns, std::string& text) {
  columns.read(text);
}

namespace {

constexpr std::size_t kMaxPage = 1'000;
constexpr UtcTime kEndOfTime{std::numeric_limits<std::int64_t>::max()};

const std::string kColumns =
    "stream, sequence, at, type, outcome, actor, client_id, user_id, bap_id, session_id, network, request_id, detail, "
    "previous_hash, hash, signature";
const std::string kSelect = "SELECT " + kColumns + " FROM audit_log ";

const std::string kFiltered =
    kSelect +
    "WHERE at >= $1 AND at < $2 AND ($3 = '' OR type = $3) AND ($4 = '' OR outcome = $4) AND ($5 = '' OR actor = $5) "
    "AND ($6 = '' OR client_id = $6) AND (at, stream, sequence) < ($7, $8, $9) ";
const std::string kNewestFirst = "ORDER BY at DESC, stream DESC, sequence DESC LIMIT $10";

// A step from stream to stream by the primary key: the log is long, streams are few.
const Query kStreams(
    "WITH RECURSIVE streams (stream) AS (SELECT (SELECT max(stream) FROM audit_log) UNION ALL SELECT (SELECT "
    "max(stream) FROM audit_log l WHERE l.stream < s.stream) FROM streams s WHERE s.stream IS NOT NULL) "
    "SELECT stream FROM streams WHERE stream IS NOT NULL LIMIT $1");
const Query kFirst(kSelect + "WHERE stream = $1 ORDER BY sequence LIMIT 1");
const Query kLast(kSelect + "WHERE stream = $1 ORDER BY sequence DESC LIMIT 1");

std::int64_t page_of(std::size_t limit) {
  return static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMaxPage));
}

/// Rows of one statement: a round trip each would be most of what writing them costs.
constexpr std::size_t kRowsTogether = 32;
constexpr int kColumnCount = 16;

std::string insert_text(std::size_t rows) {
  std::string values;
  for (int row = 0; row < static_cast<int>(rows); ++row)
    values += fmt::format("{}({})", row == 0 ? "" : ", ", placeholders(1 + row * kColumnCount, kColumnCount));
  return "INSERT INTO audit_log (" + kColumns + ") VALUES " + values + " ON CONFLICT (stream, sequence) DO NOTHING";
}

Params params_of(const AuditRow& row) {
  return {row.stream,
          row.sequence,
          row.at,
          row.type,
          row.outcome,
          row.actor,
          row.client_id,
          row.user_id,
          row.bap_id,
          row.session_id,
          row.network,
          row.request_id,
          row.detail,
          sql::Blob{row.previous_hash},
          sql::Blob{row.hash},
          row.signature ? Param(sql::Blob{*row.signature}) : Param(nullptr)};
}

Params params_of(std::span<const AuditRow> rows) {
  Params all;
  all.reserve(rows.size() * kColumnCount);
  for (const AuditRow& row : rows) {
    Params one = params_of(row);
    all.insert(all.end(), std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()));
  }
  return all;
}

Result<std::vector<AuditStream>> streams(Connection& connection, std::int64_t limit) {
  SIGMA_TRY(auto names, find_all<std::string>(connection, kStreams, {limit}));
  std::ranges::reverse(names);
  std::vector<AuditStream> all;
  for (const std::string& name : names) {
    SIGMA_TRY(auto first, find_one<AuditRow>(connection, kFirst, {name}));
    SIGMA_TRY(auto last, find_one<AuditRow>(connection, kLast, {name}));
    if (first && last) all.push_back({std::move(*first), std::move(*last)});  // not removed since
  }
  return all;
}

}  // namespace

Task<Result<void>> AuditStore::append(std::vector<AuditRow> rows) {
  static const Query kInsertOne(insert_text(1)), kInsertSome(insert_text(kRowsTogether));
  return db_.write({.key = "audit"}, [rows = std::move(rows)](Connection& connection) -> Result<void> {
    for (std::span<const AuditRow> rest = rows; !rest.empty();) {
      const bool some = rest.size() >= kRowsTogether;
      const std::span<const AuditRow> now = rest.first(some ? kRowsTogether : 1);
      SIGMA_CHECK(change(connection, some ? kInsertSome : kInsertOne, params_of(now)));
      rest = rest.subspan(now.size());
    }
    return {};
  });
}

Task<Result<std::vector<AuditRow>>> AuditStore::list(AuditFilter filter, std::size_t limit,
                                                     std::optional<AuditPosition> before) {
  static const Query kAll(kFiltered + kNewestFirst);
  static const Query kOfUser(kFiltered + "AND user_id = $11 " + kNewestFirst);
  return db_.read([filter = std::move(filter), limit, before = std::move(before)](Connection& connection) {
    const AuditPosition position = before.value_or(AuditPosition{.at = kEndOfTime, .stream = {}, .sequence = 0});
    Params params{filter.since.value_or(UtcTime{0}),
                  filter.until.value_or(kEndOfTime),
                  filter.type,
                  filter.outcome,
                  filter.actor,
                  filter.client_id,
                  position.at,
                  position.stream,
                  position.sequence,
                  page_of(limit)};
    if (filter.user_id.empty()) return find_all<AuditRow>(connection, kAll, params);
    params.emplace_back(filter.user_id);
    return find_all<AuditRow>(connection, kOfUser, params);
  });
}

Task<Result<std::vector<AuditRow>>> AuditStore::read(std::string stream, std::int64_t sequence, std::size_t limit) {
  static const Query kRead(kSelect + "WHERE stream = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
  return db_.read([stream = std::move(stream), sequence, limit](Connection& connection) {
    return find_all<AuditRow>(connection, kRead, {stream, sequence, page_of(limit)});
  });
}

Task<Result<std::vector<AuditStream>>> AuditStore::list_streams(std::optional<std::size_t> newest) {
  return db_.read([newest](Connection& connection) {
    return streams(connection, newest ? static_cast<std::int64_t>(*newest) : std::numeric_limits<std::int64_t>::max());
  });
}

Task<Result<std::optional<AuditRow>>> AuditStore::find_last_before(std::string stream, UtcTime moment) {
  // Times of a stream may step back with the clock: the first row that must stay decides, not the last old one.
  static const Query kFind(kSelect +
                           "WHERE stream = $1 AND sequence < COALESCE((SELECT min(sequence) FROM audit_log WHERE "
                           "stream = $1 AND at >= $2), $3) ORDER BY sequence DESC LIMIT 1");
  return db_.read([stream = std::move(stream), moment](Connection& connection) {
    return find_one<AuditRow>(connection, kFind, {stream, moment, std::numeric_limits<std::int64_t>::max()});
  });
}

Task<Result<bool>> AuditStore::begin_removal(std::string stream, std::int64_t sequence, AuditRow announcement) {
  static const Query kRemove("DELETE FROM audit_log WHERE stream = $1 AND sequence = $2");
  static const Query kInsert(insert_text(1));
  return db_.write({.key = "audit"},
                   [stream = std::move(stream), sequence,
                    announcement = std::move(announcement)](Connection& connection) -> Result<bool> {
                     SIGMA_TRY(const auto removed, change(connection, kRemove, {stream, sequence}));
                     if (removed == 0) return false;
                     SIGMA_CHECK(change(connection, kInsert, params_of(announcement)));
                     return true;
                   });
}

Task<Result<std::size_t>> AuditStore::remove_through(std::string stream, std::int64_t sequence, std::size_t batch) {
  static const Query kRemove(
      "DELETE FROM audit_log WHERE stream = $1 AND sequence IN (SELECT sequence FROM audit_log WHERE stream = $1 AND "
      "sequence <= $2 ORDER BY sequence LIMIT $3)");
  return db_.write({.key = "audit", .single_statement = true},
                   [stream = std::move(stream), sequence, batch](Connection& connection) {
                     return change(connection, kRemove, {stream, sequence, static_cast<std::int64_t>(batch)});
                   });
}

}  // namespace sigma::store
