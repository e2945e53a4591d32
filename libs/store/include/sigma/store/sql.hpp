// What a database driver offers to the store: one synchronous connection, used by one thread at a time.
// The dialects agree on $1-numbered parameters, ON CONFLICT and RETURNING; where they differ a Query has two texts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::store::sql {

using core::Result;

enum class Dialect { sqlite, postgres };

/// One statement. Make it once, as a static constant: connections keep a prepared statement per id().
class Query {
 public:
  explicit Query(std::string text) : Query(text, text) {}
  Query(std::string sqlite, std::string postgres);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  const std::string& text(Dialect dialect) const { return dialect == Dialect::sqlite ? sqlite_ : postgres_; }
  std::size_t id() const { return id_; }  ///< dense from 0

 private:
  std::string sqlite_;
  std::string postgres_;
  std::size_t id_;
};

struct Blob {
  std::string_view bytes;
};

/// One parameter. Views what it was made from, except for an owned text (a temporary std::string).
class Param {
 public:
  using Value = std::variant<std::nullptr_t, std::int64_t, bool, std::string_view, Blob, std::string>;

  Param(std::nullptr_t) : value_(nullptr) {}
  Param(std::int64_t number) : value_(number) {}
  Param(core::UtcTime time) : value_(time.ms) {}
  Param(const std::string& text) : value_(std::string_view(text)) {}
  Param(std::string&& text) : value_(std::move(text)) {}
  Param(Blob blob) : value_(blob) {}
  Param(const SecretHash& hash) : value_(Blob{hash.str()}) {}
  template <class Tag>
  Param(const core::Strong<Tag>& id) : value_(std::string_view(id.str())) {}
  template <class T>
  Param(const std::optional<T>& value) : value_(value ? Param(*value).value_ : Value(nullptr)) {}
  template <class Bool>
    requires std::is_same_v<Bool, bool>
  Param(Bool flag) : value_(flag) {}

  const Value& value() const { return value_; }

 private:
  Value value_;
};
using Params = std::vector<Param>;

/// The current row while a statement runs. Columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual bool boolean(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual std::string blob(int column) const = 0;
};
using RowVisitor = std::function<void(const Row&)>;

/// What the last error of a connection means for the work in progress.
enum class Failure {
  none,
  statement,  ///< refused (constraint, time-out, syntax); the connection is fine
  conflict,   ///< serialization failure, deadlock: the same work may succeed when repeated
  locked,     ///< somebody else has held a lock for as long as one waits for it: repeating would wait as long again
  read_only,  ///< the server takes no writes (any more): nothing was done, another connection may be luckier
  lost,       ///< the connection is gone; nothing of an open transaction was kept
  in_doubt,   ///< the connection went while committing: kept or not, nobody knows
};

/// After it the connection is of no more use.
constexpr bool ends_connection(Failure failure) {
  return failure == Failure::lost || failure == Failure::in_doubt || failure == Failure::read_only;
}

/// Every method reports driver errors as values. After an error inside a transaction only rollback() is allowed.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;
  /// Runs a prepared statement and calls `visit` for each row. The number of rows returned, or changed when the
  /// statement returns none. An exception from `visit` (a malformed row) becomes Code::internal.
  virtual Result<std::size_t> execute(const Query& query, std::span<const Param> params, const RowVisitor& visit) = 0;
  /// Runs several statements without parameters or rows.
  virtual Result<void> execute_script(const std::string& script) = 0;

  /// Starts a transaction that is going to write.
  virtual Result<void> begin() = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() noexcept = 0;

  /// True when a lone statement is cheaper outside a transaction (BEGIN and COMMIT are round trips).
  virtual bool prefers_autocommit() const = 0;
  /// Cheap check after idling: false when the other end is known to be gone.
  virtual bool is_usable() = 0;
  virtual Failure last_failure() const = 0;
};

/// One step of the schema. Applied in order of version, each in its own transaction, never edited after release.
struct Migration {
  int version;
  std::string_view name;
  std::string_view text;
};

/// A database to connect to: what an adapter gives to Database and Migrator.
struct Connector {
  std::function<Result<std::unique_ptr<Connection>>()> open;
  std::span<const Migration> migrations;
  std::size_t max_writers = 1;
};

}  // namespace sigma::store::sql
