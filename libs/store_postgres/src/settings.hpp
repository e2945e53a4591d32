// What every connection begins with.
#pragma once
#include "sigma/store_postgres/connector.hpp"

namespace sigma::store_postgres {

/// libpq's own defaults wait for minutes. What the URL names stays.
std::string with_defaults(std::string url);

/// The statements that set a session up.
std::string session_settings(const Options& options);

/// Of a server that ends connections.
bool means_lost(std::string_view sqlstate);

/// Of a server that has become a standby: it has done nothing, and another connection may lead to one that does.
bool means_read_only(std::string_view sqlstate);

}  // namespace sigma::store_postgres
