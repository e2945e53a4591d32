#include "pq_values.hpp"

#include <boost/endian/conversion.hpp>
#include <stdexcept>

#include "text.hpp"

namespace sigma::store_postgres {
namespace {

class BinaryRow final : public store::sql::Row {
 public:
  BinaryRow(const PGresult& result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(&result_, row_, column) == 1; }
  std::int64_t integer(int column) const override {
    if (is_null(column)) return 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(PQgetvalue(&result_, row_, column));
    switch (PQgetlength(&result_, row_, column)) {
      case 8:
        return boost::endian::load_big_s64(bytes);
      case 4:
        return boost::endian::load_big_s32(bytes);
      default:
        throw std::runtime_error("a column is no bigint and no integer");
    }
  }
  bool boolean(int column) const override { return view(column) == std::string_view("\x01", 1); }
  std::string text(int column) const override { return from_stored_text(view(column)); }
  std::string blob(int column) const override { return std::string(view(column)); }

 private:
  std::string_view view(int column) const {
    return {PQgetvalue(&result_, row_, column), static_cast<std::size_t>(PQgetlength(&result_, row_, column))};
  }

  const PGresult& result_;
  const int row_;
};

}  // namespace

std::string statement_name(const store::sql::Query& query) {
  return fmt::format("q{}", query.id());
}

PqParams::PqParams(std::span<const store::sql::Param> params) {
  values_.reserve(params.size());
  lengths_.reserve(params.size());
  formats_.reserve(params.size());
  made_.reserve(params.size());  // values_ points into it
  for (const store::sql::Param& param : params) {
    const auto& value = param.value();
    if (std::holds_alternative<std::nullptr_t>(value)) {
      values_.push_back(nullptr);
      lengths_.push_back(0);
      formats_.push_back(0);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      add_digits(std::to_string(*number));
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      add_digits(*flag ? "t" : "f");
    } else if (const auto* view = std::get_if<std::string_view>(&value)) {
      add_text(*view);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      add_text(*text);
    } else {
      add_bytes(std::get<store::sql::Blob>(value).bytes);
    }
  }
}

void PqParams::add_bytes(std::string_view bytes) {
  values_.push_back(bytes.data() != nullptr ? bytes.data() : "");  // no address would mean NULL
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(1);
}

void PqParams::add_text(std::string_view text) {
  if (is_stored_as_it_is(text)) return add_bytes(text);
  add_bytes(made_.emplace_back(to_stored_text(text)));
}

void PqParams::add_digits(std::string digits) {
  values_.push_back(made_.emplace_back(std::move(digits)).c_str());
  lengths_.push_back(0);
  formats_.push_back(0);
}

void visit_rows(const PGresult& result, const store::sql::RowVisitor& visit) {
  const int rows = PQntuples(&result);
  for (int row = 0; row < rows; ++row) visit(BinaryRow(result, row));
}

}  // namespace sigma::store_postgres
