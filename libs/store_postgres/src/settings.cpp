#include "settings.hpp"

namespace sigma::store_postgres {

std::string with_defaults(std::string url) {
  constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
      {"connect_timeout", "3"},     {"tcp_user_timeout", "10000"}, {"keepalives_idle", "10"},
      {"keepalives_interval", "5"}, {"keepalives_count", "2"},     {"application_name", "sigma-auth"},
  };
  for (const auto& [name, value] : kDefaults) {
    if (url.find(fmt::format("{}=", name)) != std::string::npos) continue;
    url += fmt::format("{}{}={}", url.find('?') == std::string::npos ? '?' : '&', name, value);
  }
  return url;
}

std::string session_settings(const Options& options) {
  return fmt::format(
      "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; "
      "SET client_encoding = 'UTF8'; SET bytea_output = 'hex'; SET client_min_messages = 'warning'",
      options.statement_timeout.count(), options.lock_timeout.count(), 2 * options.statement_timeout.count());
}

bool means_lost(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

bool means_read_only(std::string_view sqlstate) {
  return sqlstate == "25006";
}

}  // namespace sigma::store_postgres
