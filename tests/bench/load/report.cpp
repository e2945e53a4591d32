#include "report.hpp"

namespace sigma::bench {
namespace {

double microseconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1000;
}

core::Json one_run(const Measurement& m) {
  return {{"operations", m.latency.count()},
          {"errors", m.errors},
          {"missed", m.missed},
          {"seconds", m.seconds},
          {"per_second", m.per_second()},
          {"p50_us", microseconds(m.latency.percentile(50))},
          {"p99_us", microseconds(m.latency.percentile(99))},
          {"p999_us", microseconds(m.latency.percentile(99.9))},
          {"max_us", microseconds(m.latency.max())},
          {"server_cpu_us", m.server_cpu_us},
          {"driver_cpu_us", m.driver_cpu_us},
          {"context_switches", m.context_switches},
          {"resident_mib", static_cast<double>(m.resident_kib) / 1024}};
}

/// The middle one; of an even number the upper of the two in the middle.
double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

core::Json medians(const core::Json& runs) {
  core::Json result = core::Json::object();
  for (const auto& [name, unused] : runs.front().items()) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run.at(name).get<double>());
    result[name] = median(std::move(values));
  }
  return result;
}

/// (highest − lowest) / median of the throughput, in percent.
double spread_percent(const core::Json& runs, double middle) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(run.at("per_second").get<double>());
  const auto [low, high] = std::ranges::minmax(values);
  return middle > 0 ? (high - low) / middle * 100 : 0;
}

std::string_view client_auth(const ClientConfig& client) {
  if (client.member_key) return bitcoin::to_string(client.scheme);
  return client.secret.empty() ? "none" : "client_secret_basic";
}

}  // namespace

core::Json to_json(const LoadOptions& options, const LoadResult& result) {
  core::Json runs = core::Json::array();
  std::string first_error;
  auto all_operations = result.warm_up_operations;
  for (const auto& m : result.measurements) {
    all_operations += m.latency.count();
    runs.push_back(one_run(m));
    if (first_error.empty()) first_error = m.first_error;
  }
  auto middle = medians(runs);
  const auto spread = spread_percent(runs, middle["per_second"].get<double>());
  core::Json report = {{"scenario", options.scenario->name},
                       {"unit", options.scenario->unit},
                       {"connections", options.connections},
                       {"threads", options.threads},
                       {"rate", options.rate},
                       {"all_operations", all_operations},
                       {"client_auth", client_auth(options.client)},
                       {"median", std::move(middle)},
                       {"spread_percent", spread},
                       {"runs", std::move(runs)}};
  if (!first_error.empty()) report["first_error"] = first_error;
  return report;
}

std::string summary_line(const core::Json& report) {
  const auto& median = report.at("median");
  const auto number = [&median](const char* name) { return median.at(name).get<double>(); };
  auto line = fmt::format(
      "{:<18} {:>7.0f} {}/s ±{:.0f} %  p50 {:.0f}  p99 {:.0f}  p99.9 {:.0f} µs  server {:.1f} µs, {:.2f} switches  "
      "driver {:.1f} µs  {:.1f} MiB  errors {:.0f}",
      report.at("scenario").get<std::string>(), number("per_second"), report.at("unit").get<std::string>(),
      report.at("spread_percent").get<double>() / 2, number("p50_us"), number("p99_us"), number("p999_us"),
      number("server_cpu_us"), number("context_switches"), number("driver_cpu_us"), number("resident_mib"),
      number("errors"));
  if (number("missed") > 0) line += fmt::format("  missed {:.0f}", number("missed"));
  if (report.contains("first_error")) line += "\n  first error: " + report.at("first_error").get<std::string>();
  return line;
}

}  // namespace sigma::bench
