#include "cli/invocation.hpp"

#include "sigma/oauth/audit/audit_log.hpp"

namespace sigma::service {

core::Result<void> with_store(Invocation& run, const std::function<core::Result<void>(store::Store&)>& work) {
  return with_database(run, [&](const OpenStore& open) { return work(*open.store); });
}

core::Result<void> with_database(Invocation& run, const std::function<core::Result<void>(const OpenStore&)>& work) {
  SIGMA_TRY(const Config config, run.load({.files = EmbeddedFiles::required}));
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock));
  auto done = work(open);
  open.database->stop();
  return done;
}

core::Result<void> with_audit(Invocation& run, std::string command,
                              const std::function<core::Result<void>(const AuditedStore&)>& work, EmbeddedFiles files) {
  SIGMA_TRY(const Config config, run.load({.secret = true, .files = files}));
  SIGMA_TRY(const crypto::Sealer sealer, make_sealer(config));
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock));
  oauth::AuditKey key(open.store->server_secrets, sealer, run.clock, run.random);
  oauth::AuditLog audit(open.store->audit, key, run.clock, run.random);
  auto done = run_to_end(key.start());
  if (done) done = work({config, sealer, *open.database, *open.store, audit});
  if (audit.queued() > 0) {
    auto written = run_to_end(audit.open(std::move(command)));
    if (written) written = run_to_end(audit.close());
    if (done && !written)
      done = core::Error{core::Code::unavailable, "It is done, but the audit log could not be written.",
                         written.error().cause()};
  }
  open.database->stop();
  return done;
}

oauth::AuditEvent command_event(oauth::AuditType type) {
  oauth::AuditEvent event{.type = type};
  event.actor = oauth::kCommandLine;
  return event;
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
