#include <fmt/ranges.h>

#include <algorithm>

#include "row_statements.hpp"

namespace sigma::store {

namespace {

/// Stands for itself in a JSON text.
bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/// A list of plain texts as json_text() writes it: what nearly every list is, at a tenth of a parser's price. False for
/// everything else; what was read by then is of no use.
bool read_plain_list(std::string_view text, std::vector<std::string>& out) {
  if (text == "[]") return true;
  if (!text.starts_with("[\"") || !text.ends_with("\"]")) return false;
  text = text.substr(2, text.size() - 3);
  for (;;) {
    const auto end = std::ranges::find_if_not(text, is_plain);
    if (end == text.end() || *end != '"') return false;
    const auto length = static_cast<std::size_t>(end - text.begin());
    out.emplace_back(text.substr(0, length));
    text.remove_prefix(length + 1);
    if (text.empty()) return true;
    if (!text.starts_with(",\"")) return false;
    text.remove_prefix(2);
  }
}

}  // namespace

void Columns::next(std::vector<std::string>& out) {
  const std::string text = row_.text(column_++);
  out.clear();
  if (!read_plain_list(text, out)) out = core::Json::parse(text).get<std::vector<std::string>>();
}

std::string json_text(const std::vector<std::string>& list) {
  if (std::ranges::all_of(list, [](const std::string& item) { return std::ranges::all_of(item, is_plain); }))
    return list.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(list, "\",\""));
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
