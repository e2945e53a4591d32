#pragma once
#include <string>

#include "sigma/core/result.hpp"
#include "sigma/http/message.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

/// `limit` (1 to 200, 50 by default) and `cursor` of a list's query. Code::invalid_input names the faulty one.
core::Result<store::Page> parse_page(const http::Request& request);
/// The opaque cursor of the page after the row `id`.
std::string make_cursor(const std::string& id);

}  // namespace sigma::service
