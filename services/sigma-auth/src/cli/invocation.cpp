#include "cli/invocation.hpp"

namespace sigma::service {

core::Result<void> with_store(Invocation& run, const std::function<core::Result<void>(store::Store&)>& work) {
  SIGMA_TRY(const Config config, run.load());
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock));
  auto done = work(*open.store);
  open.database->stop();
  return done;
}

void print_json(const core::Json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, core::Json::error_handler_t::replace));
}

int report(const core::Error& error) {
  const bool usage = error.code() == core::Code::invalid_input;
  const bool ours = error.code() == core::Code::unavailable || error.code() == core::Code::internal;
  fmt::print(stderr, "{}\n", error.description());
  // Whoever runs a command on the machine may know what the log would say.
  if (ours && !error.cause().empty()) fmt::print(stderr, "({})\n", error.cause());
  return usage ? 2 : 1;
}

}  // namespace sigma::service
