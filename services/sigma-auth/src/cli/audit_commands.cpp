#include "cli/invocation.hpp"
#include "sigma/oauth/audit/audit_chain.hpp"
#include "sigma/oauth/audit/audit_verifier.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kPage = 1'000;

// Arguments live as long as the command line; callbacks keep them by shared_ptr.
struct AuditArguments {
  store::AuditFilter filter;
  std::string since;
  std::string until;
  std::size_t limit = 50;
  bool json = false;
};

Result<std::optional<core::UtcTime>> parse_moment(const std::string& flag, const std::string& text) {
  if (text.empty()) return std::optional<core::UtcTime>{};
  const auto time = core::parse_iso8601(text);
  if (!time)
    return core::Error{core::Code::invalid_input, fmt::format("{}: write a time like 2026-01-31T12:00:00.000Z.", flag)};
  return time;
}

Result<void> read_times(AuditArguments& given) {
  SIGMA_TRY(given.filter.since, parse_moment("--since", given.since));
  SIGMA_TRY(given.filter.until, parse_moment("--until", given.until));
  return {};
}

void print_row(const store::AuditRow& row) {
  fmt::print("{} {:<22} {:<8} {:<42} {} {} {}\n", core::to_iso8601(row.at), row.type, row.outcome, row.actor,
             row.user_id ? "user=" + row.user_id->str() : "", row.client_id ? "client=" + row.client_id->str() : "",
             row.detail == "{}" ? "" : row.detail);
}

Result<void> list(store::Store& store, AuditArguments& given) {
  SIGMA_CHECK(read_times(given));
  SIGMA_TRY(const auto rows, run_to_end(store.audit.list(given.filter, given.limit, {})));
  if (!given.json) {
    for (const store::AuditRow& row : rows) print_row(row);
    return {};
  }
  Json all = Json::array();
  for (const store::AuditRow& row : rows) all.push_back(oauth::render_audit_row(row));
  print_json(all);
  return {};
}

// Stream by stream in the order in which rows were written, so that what is exported as a whole can be verified.
Result<void> export_rows(store::Store& store, AuditArguments& given) {
  SIGMA_CHECK(read_times(given));
  SIGMA_TRY(const auto streams, run_to_end(store.audit.list_streams()));
  for (const store::AuditStream& stream : streams) {
    std::int64_t sequence = 0;
    for (;;) {
      SIGMA_TRY(const auto rows, run_to_end(store.audit.read(stream.first.stream, sequence, kPage)));
      for (const store::AuditRow& row : rows) {
        sequence = row.sequence;
        if (given.filter.since && row.at < *given.filter.since) continue;
        if (given.filter.until && *given.filter.until <= row.at) continue;
        fmt::print("{}\n", core::dump_json(oauth::render_audit_row(row)));
      }
      if (rows.size() < kPage) break;
    }
  }
  return {};
}

Json render_report(const oauth::AuditReport& report) {
  Json findings = Json::array();
  for (const oauth::AuditFinding& finding : report.findings) {
    findings.push_back({{"stream", finding.stream},
                        {"sequence", finding.sequence},
                        {"what", finding.what},
                        {"description", finding.description}});
  }
  return {{"streams", report.streams},
          {"rows", report.rows},
          {"open_streams", report.open_streams},
          {"findings", std::move(findings)}};
}

Result<void> verify(Invocation& run, const AuditArguments& given) {
  SIGMA_TRY(const Config config, run.load({.secret = true, .files = EmbeddedFiles::required}));
  SIGMA_TRY(const crypto::Sealer sealer, make_sealer(config));
  SIGMA_TRY(const OpenStore open, open_store(config, run.clock));
  oauth::AuditKey key(open.store->server_secrets, sealer, run.clock, run.random);
  auto started = run_to_end(key.start());
  oauth::AuditVerifier verifier(open.store->audit, key);
  auto report = started ? run_to_end(verifier.verify()) : Result<oauth::AuditReport>(started.error());
  open.database->stop();
  if (!report) return report.error();
  if (given.json) {
    print_json(render_report(*report));
  } else {
    for (const oauth::AuditFinding& finding : report->findings)
      fmt::print("{} {}: {} ({})\n", finding.stream, finding.sequence, finding.description, finding.what);
    fmt::print("{} rows in {} streams, {} not ended: {}\n", report->rows, report->streams, report->open_streams.size(),
               report->findings.empty() ? "nothing was changed" : "this is not what was written");
  }
  if (report->streams == 0) {
    return core::Error{core::Code::not_found,
                       "There is nothing to verify: no server has written to this database, or all that they have "
                       "written is gone. Is it the database of the servers?"};
  }
  run.exit_code = report->findings.empty() ? 0 : 1;
  return {};
}

void add_time_flags(CLI::App& command, AuditArguments& given) {
  command.add_option("--since", given.since, "From then on, like 2026-01-31T12:00:00.000Z");
  command.add_option("--until", given.until, "Before then");
}

}  // namespace

void add_audit_commands(CLI::App& app, Invocation& run) {
  CLI::App& group = *app.add_subcommand("audit", "What happened, in rows that nobody can change unseen");
  group.require_subcommand(1);
  const auto given = std::make_shared<AuditArguments>();

  CLI::App* list_command = group.add_subcommand("list", "The newest events first");
  add_time_flags(*list_command, *given);
  list_command->add_option("--type", given->filter.type, "Of this type: sign_in, token_issued …");
  list_command->add_option("--outcome", given->filter.outcome, "ok or refused")
      ->check(CLI::IsMember({"ok", "refused"}));
  list_command->add_option("--actor", given->filter.actor, "By user:ID, client:ID, operator, command-line …");
  list_command->add_option("--client", given->filter.client_id, "That concern this client");
  list_command->add_option("--user", given->filter.user_id, "That concern this user");
  list_command->add_option("--limit", given->limit, "So many at most")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  list_command->add_flag("--json", given->json, "As a JSON array");
  list_command->callback([&run, given] {
    run.action = [&run, given] { return with_store(run, [&](store::Store& store) { return list(store, *given); }); };
  });

  CLI::App* export_command = group.add_subcommand("export", "All events as JSON lines, in the order of writing");
  add_time_flags(*export_command, *given);
  export_command->add_flag("--json", given->json, "Accepted for scripts; the output is always JSON");
  export_command->callback([&run, given] {
    run.action = [&run, given] {
      return with_store(run, [&](store::Store& store) { return export_rows(store, *given); });
    };
  });

  CLI::App* verify_command = group.add_subcommand(
      "verify",
      "Check that no row was changed, removed, moved or added; exit code 1 when one was, or when there are none");
  verify_command->add_flag("--json", given->json, "The report as JSON");
  verify_command->callback([&run, given] { run.action = [&run, given] { return verify(run, *given); }; });
}

}  // namespace sigma::service
