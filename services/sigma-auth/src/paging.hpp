#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "sigma/core/result.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

/// What the query of a list may hold beside limit and cursor.
struct ListRules {
  std::string_view name;                                 ///< of the list: its cursors are good for no other
  std::initializer_list<std::string_view> filters = {};  ///< text of up to 256 bytes each
};

struct ListQuery {
  std::size_t limit = 50;
  std::string after;                           ///< id of the last row of the page before; empty for the first page
  std::map<std::string, std::string> filters;  ///< those that are there and not empty

  std::string filter(const std::string& filter_name) const {
    const auto found = filters.find(filter_name);
    return found == filters.end() ? std::string() : found->second;
  }
};

/// `limit` (1 to 200, 50 by default), `cursor` and filters of a list's query. Code::invalid_input names the faulty one.
core::Result<ListQuery> parse_list_query(const http::Request& request, const ListRules& rules);
/// The opaque cursor of the page after the row `id`.
std::string make_cursor(const ListRules& rules, const std::string& id);

}  // namespace sigma::service
