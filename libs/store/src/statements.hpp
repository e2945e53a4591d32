// Shorthand for the stores: rows to structs, structs to parameters.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/store/rows.hpp"
#include "sigma/store/sql.hpp"

namespace sigma::store {

using core::Result;
using sql::Connection;
using sql::Param;
using sql::Params;
using sql::Query;

/// Reads the columns of a row from left to right: columns.read(user.id, user.name, …).
class Columns {
 public:
  explicit Columns(const sql::Row& row) : row_(row) {}
  template <class... Fields>
  void read(Fields&... fields) {
    (next(fields), ...);
  }
  /// The next `count` columns of an outer join as one struct, which is absent when the first of them is null.
  template <class T>
  void read_joined(std::optional<T>& out, int count) {
    out.reset();
    if (!row_.is_null(column_)) read_row(*this, out.emplace());
    column_ += count;
  }
  /// Bytes that a struct holds as std::string.
  void read_bytes(std::string& out) { out = row_.blob(column_++); }
  void read_bytes(std::optional<std::string>& out) {
    out.reset();
    if (!row_.is_null(column_)) out = row_.blob(column_);
    ++column_;
  }

 private:
  void next(std::string& out) { out = row_.text(column_++); }
  void next(bool& out) { out = row_.boolean(column_++); }
  void next(std::int64_t& out) { out = row_.integer(column_++); }
  void next(UtcTime& out) { out.ms = row_.integer(column_++); }
  void next(SecretHash& out) { out = SecretHash{row_.blob(column_++)}; }
  void next(core::Json& out) { out = core::Json::parse(row_.text(column_++)); }
  void next(std::vector<std::string>& out);
  template <class Tag>
  void next(core::Strong<Tag>& out) {
    out = core::Strong<Tag>{row_.text(column_++)};
  }
  template <class T>
  void next(std::optional<T>& out) {
    if (row_.is_null(column_)) {
      ++column_;
      out.reset();
    } else {
      next(out.emplace());
    }
  }

  const sql::Row& row_;
  int column_ = 0;
};

/// Lists and JSON are kept as JSON text; invalid UTF-8 inside becomes U+FFFD.
std::string json_text(const std::vector<std::string>& list);
inline std::string json_text(const core::Json& value) {
  return core::dump_json(value);
}

/// An identity in the key of consents: a primary key holds no NULL, so "no identity" is the empty text.
inline Param key_of(const std::optional<BapId>& bap_id) {
  return bap_id ? Param(*bap_id) : Param(std::string());
}

/// "$first, $first+1, …"
std::string placeholders(int first, int count);

/// The number of rows changed (or returned).
inline Result<std::size_t> change(Connection& connection, const Query& query, const Params& params) {
  return connection.execute(query, params, [](const sql::Row&) {});
}

/// The first row as a T, which needs a `void read_row(Columns, T&)`.
template <class T>
Result<std::optional<T>> find_one(Connection& connection, const Query& query, const Params& params) {
  std::optional<T> found;
  SIGMA_CHECK(connection.execute(query, params, [&found](const sql::Row& row) {
    if (!found) read_row(Columns{row}, found.emplace());
  }));
  return found;
}

template <class T>
Result<std::vector<T>> find_all(Connection& connection, const Query& query, const Params& params) {
  std::vector<T> found;
  SIGMA_CHECK(connection.execute(query, params,
                                 [&found](const sql::Row& row) { read_row(Columns{row}, found.emplace_back()); }));
  return found;
}

inline void read_row(Columns columns, bool& out) {
  columns.read(out);
}
inline void read_row(Columns columns, std::int64_t& out) {
  columns.read(out);
}

}  // namespace sigma::store
