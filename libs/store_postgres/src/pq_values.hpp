// Parameters and rows as libpq takes and gives them.
#pragma once
#include <libpq-fe.h>

#include <span>
#include <string>
#include <vector>

#include "sigma/store/sql.hpp"

namespace sigma::store_postgres {

std::string statement_name(const store::sql::Query& query);

/// Views the parameters it was made from. Texts and bytes go as they are, numbers as digits.
class PqParams {
 public:
  explicit PqParams(std::span<const store::sql::Param> params);
  PqParams(const PqParams&) = delete;
  PqParams& operator=(const PqParams&) = delete;

  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add_bytes(std::string_view bytes);
  void add_text(std::string_view text);
  void add_digits(std::string digits);

  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;  ///< 1: binary
  std::vector<std::string> made_;
};

/// Calls `visit` with each row of a binary result; what it throws goes through.
void visit_rows(const PGresult& result, const store::sql::RowVisitor& visit);

}  // namespace sigma::store_postgres
