// A connection whose failures a test writes down beforehand.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "sigma/store/sql.hpp"

namespace sigma::store::testing {

using sql::Failure;

/// What all connections of one connector share: the script and what happened.
struct Script {
  std::vector<std::string> log;                           ///< "open", "begin", "run a", "commit", "rollback"
  std::deque<Failure> begins, commits;                    ///< one each; none left: success
  std::map<std::string, std::deque<Failure>> statements;  ///< by the statement's text
  std::deque<bool> opens;                                 ///< false: refused
  bool usable = true;
  bool prefers_autocommit = false;
};

class ScriptedConnection final : public sql::Connection {
 public:
  explicit ScriptedConnection(Script& script) : script_(script) {}

  sql::Dialect dialect() const override { return sql::Dialect::postgres; }
  core::Result<std::size_t> execute(const sql::Query& query, std::span<const sql::Param>,
                                    const sql::RowVisitor&) override {
    const std::string& text = query.text(dialect());
    script_.log.push_back("run " + text);
    if (auto failed = next(script_.statements[text]); !failed) return failed.error();
    return 1u;
  }
  core::Result<void> execute_script(const std::string&) override { return {}; }
  core::Result<void> begin() override {
    script_.log.push_back("begin");
    return next(script_.begins);
  }
  core::Result<void> commit() override {
    script_.log.push_back("commit");
    return next(script_.commits);
  }
  void rollback() noexcept override { script_.log.push_back("rollback"); }
  bool prefers_autocommit() const override { return script_.prefers_autocommit; }
  bool is_usable() override { return script_.usable; }
  Failure last_failure() const override { return failure_; }

 private:
  core::Result<void> next(std::deque<Failure>& script) {
    failure_ = Failure::none;
    if (!script.empty()) {
      failure_ = script.front();
      script.pop_front();
    }
    if (failure_ == Failure::none) return {};
    if (failure_ == Failure::statement) return core::Error{core::Code::conflict, "refused"};
    return core::Error{core::Code::unavailable, "down"};
  }

  Script& script_;
  Failure failure_ = Failure::none;
};

inline sql::Connector connector_of(Script& script) {
  return {.open = [&script]() -> core::Result<std::unique_ptr<sql::Connection>> {
            bool open = true;
            if (!script.opens.empty()) {
              open = script.opens.front();
              script.opens.pop_front();
            }
            script.log.push_back(open ? "open" : "refused");
            if (!open) return core::Error{core::Code::unavailable, "cannot connect"};
            script.usable = true;
            return std::unique_ptr<sql::Connection>(std::make_unique<ScriptedConnection>(script));
          },
          .migrations = {},
          .max_writers = 1};
}

}  // namespace sigma::store::testing
