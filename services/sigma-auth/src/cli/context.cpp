#include "cli/context.hpp"

#include <cstdio>

namespace sigma::service::cli {

int fail(const core::Error& error) {
  const std::string& cause = error.cause();
  std::fprintf(stderr, "sigma-auth: %s%s%s%s\n", error.description().c_str(), cause.empty() ? "" : " (", cause.c_str(), cause.empty() ? "" : ")");
  return error.code() == core::Code::invalid_input ? kUsage : kFailed;
}

void print(const core::Json& json) {
  print_line(json.dump(2, ' ', false, core::Json::error_handler_t::replace));
}

void print_line(const std::string& line) { std::printf("%s\n", line.c_str()); }

}  // namespace sigma::service::cli
