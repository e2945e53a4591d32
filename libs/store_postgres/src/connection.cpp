#include "connection.hpp"

#include <poll.h>

#include "settings.hpp"
#include "sigma/core/encoding.hpp"
#include "text.hpp"

namespace sigma::store_postgres {
namespace {

using core::Code;
using core::Error;
using core::Result;
using store::sql::Failure;
using store::sql::Param;
using store::sql::Query;

class CurrentRow final : public store::sql::Row {
 public:
  explicit CurrentRow(const pqxx::row& row) : row_(row) {}
  bool is_null(int column) const override { return row_[column].is_null(); }
  std::int64_t integer(int column) const override { return is_null(column) ? 0 : row_[column].as<std::int64_t>(); }
  bool boolean(int column) const override { return view(column) == "t"; }
  std::string text(int column) const override { return from_stored_text(view(column)); }
  std::string blob(int column) const override {
    const std::string_view hex = view(column);  // "\x0123…"
    auto bytes = core::hex_decode(hex.substr(std::min<std::size_t>(2, hex.size())));
    if (!bytes) throw std::runtime_error("a bytea column is not in hex format");
    return std::move(*bytes);
  }

 private:
  std::string_view view(int column) const {
    const pqxx::field field = row_[column];
    return {field.c_str(), field.size()};
  }
  const pqxx::row& row_;
};

/// A parameter in text format; nothing for NULL.
struct ToText {
  std::optional<std::string> operator()(std::nullptr_t) const { return {}; }
  std::optional<std::string> operator()(std::int64_t number) const { return std::to_string(number); }
  std::optional<std::string> operator()(bool flag) const { return flag ? "t" : "f"; }
  std::optional<std::string> operator()(std::string_view text) const { return to_stored_text(text); }
  std::optional<std::string> operator()(store::sql::Blob blob) const { return "\\x" + core::hex_encode(blob.bytes); }
};

/// Lock not granted in time.
bool means_locked(std::string_view sqlstate) {
  return sqlstate == "55P03";
}

/// Resources (53), intervention and time-outs (57), system errors (58).
bool means_outage(std::string_view sqlstate) {
  return sqlstate.starts_with("53") || sqlstate.starts_with("57") || sqlstate.starts_with("58") ||
         means_locked(sqlstate) || means_read_only(sqlstate);
}

}  // namespace

Error unavailable(std::string cause) {
  return {Code::unavailable, "The database is not available; try again in a moment.", std::move(cause)};
}

Connection::Connection(const std::string& url, const Options& options)
    : keeps_session_(!options.transaction_pooling), connection_(url), quiet_(connection_) {
  // A connection that libpqxx revives behind our back would lack the settings below. Deprecated because version 7 never
  // revives.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);
#pragma clang diagnostic pop
  connection_.set_verbosity(pqxx::connection_base::terse);  // details quote values
  if (!keeps_session_) return;
  pqxx::nontransaction(connection_).exec(session_settings(options));
}

const std::string& Connection::prepare(const Query& query) {
  if (prepared_.size() <= query.id()) prepared_.resize(query.id() + 1);
  std::string& name = prepared_[query.id()];
  if (name.empty()) {
    std::string fresh = fmt::format("q{}", query.id());
    connection_.prepare(fresh, query.text(dialect()));
    name = std::move(fresh);
  }
  return name;
}

pqxx::result Connection::run(pqxx::transaction_base& transaction, const Query& query, const char* const* first,
                             const char* const* last) {
  const auto arguments = pqxx::prepare::make_dynamic_params(first, last);
  if (keeps_session_) return transaction.exec_prepared(prepare(query), arguments);
  return transaction.exec_params(query.text(dialect()), arguments);
}

pqxx::result Connection::run(const Query& query, std::span<const Param> params) {
  std::vector<std::optional<std::string>> texts;
  texts.reserve(params.size());
  for (const Param& param : params) texts.push_back(std::visit(ToText{}, param.value()));
  std::vector<const char*> values;  // libpqxx 6 takes no optional
  values.reserve(texts.size());
  for (const auto& text : texts) values.push_back(text ? text->c_str() : nullptr);

  const char* const* const first = values.data();
  const char* const* const last = first + values.size();
  if (transaction_) return run(*transaction_, query, first, last);
  pqxx::nontransaction alone(connection_);
  return run(alone, query, first, last);
}

Result<std::size_t> Connection::execute(const Query& query, std::span<const Param> params,
                                        const store::sql::RowVisitor& visit) {
  failure_ = Failure::none;
  try {
    const pqxx::result result = run(query, params);
    for (const pqxx::row& row : result) visit(CurrentRow(row));
    return result.columns() > 0 ? result.size() : result.affected_rows();
  } catch (...) {
    return caught();
  }
}

Result<void> Connection::execute_script(const std::string& script) {
  failure_ = Failure::none;
  try {
    if (transaction_) {
      transaction_->exec(script);
    } else {
      pqxx::nontransaction(connection_).exec(script);
    }
    return {};
  } catch (...) {
    return caught();
  }
}

Result<void> Connection::begin() {
  failure_ = Failure::none;
  try {
    transaction_ = std::make_unique<pqxx::work>(connection_);
    return {};
  } catch (...) {
    return caught();
  }
}

Result<void> Connection::commit() {
  failure_ = Failure::none;
  try {
    transaction_->commit();
    transaction_.reset();
    return {};
  } catch (...) {
    Error error = caught();
    if (failure_ == Failure::lost) failure_ = Failure::in_doubt;
    return error;
  }
}

void Connection::rollback() noexcept {
  transaction_.reset();  // aborts
}

bool Connection::is_usable() {
  if (!connection_.is_open()) return false;
  // Nothing should arrive while we ask nothing: it is the end of the connection, or the reason for it.
  pollfd idle{.fd = connection_.sock(), .events = POLLIN, .revents = 0};
  return poll(&idle, 1, 0) == 0;
}

Error Connection::caught() {
  failure_ = Failure::statement;
  try {
    throw;  // cppcheck-suppress rethrowNoCurrentException ; called by handlers only
  } catch (const pqxx::in_doubt_error& exception) {
    failure_ = Failure::in_doubt;
    return unavailable(exception.what());
  } catch (const pqxx::statement_completion_unknown& exception) {
    failure_ = Failure::in_doubt;
    return unavailable(exception.what());
  } catch (const pqxx::transaction_rollback& exception) {  // class 40 is no sql_error to libpqxx 6
    failure_ = Failure::conflict;
    return unavailable(exception.what());
  } catch (const pqxx::broken_connection& exception) {
    failure_ = Failure::lost;
    return unavailable(exception.what());
  } catch (const pqxx::sql_error& exception) {
    const std::string& state = exception.sqlstate();
    const std::string cause = fmt::format("postgres {}: {}", state, exception.what());
    if (means_lost(state) || !connection_.is_open()) {
      failure_ = Failure::lost;
      return unavailable(cause);
    }
    if (means_locked(state)) failure_ = Failure::locked;
    if (means_read_only(state)) failure_ = Failure::read_only;
    if (means_outage(state)) return unavailable(cause);
    if (state.starts_with("23")) return {Code::conflict, "This contradicts what is stored already.", cause};
    return {Code::internal, "Something went wrong in the database.", cause};
  } catch (const std::exception& exception) {
    if (!connection_.is_open()) {
      failure_ = Failure::lost;
      return unavailable(exception.what());
    }
    return {Code::internal, "A stored row could not be read.", exception.what()};
  }
}

}  // namespace sigma::store_postgres
