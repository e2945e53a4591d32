#include "row_statements.hpp"

namespace sigma::store {

void Columns::next(std::vector<std::string>& out) {
  out = core::Json::parse(row_.text(column_++)).get<std::vector<std::string>>();
}

std::string json_text(const std::vector<std::string>& list) {
  core::Json array = core::Json::array();
  for (const std::string& item : list) array.push_back(item);
  return core::dump_json(array);
}

std::string placeholders(int first, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{}${}", i == 0 ? "" : ", ", first + i);
  return text;
}

std::string of_table(std::string_view alias, std::string_view columns) {
  std::string text = fmt::format("{}.", alias);
  for (const char c : columns) {
    text += c;
    if (c == ' ') text += fmt::format("{}.", alias);
  }
  return text;
}

}  // namespace sigma::store
