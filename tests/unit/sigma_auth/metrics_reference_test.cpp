#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "metrics_table.hpp"

namespace sigma::service {
namespace {

std::string labels_of(const core::MetricTraits& metric) {
  std::string text;
  for (const core::LabelTraits& label : metric.labels) {
    if (!label.name.empty()) text += fmt::format("{}`{}`: {}", text.empty() ? "" : "<br>", label.name, label.values);
  }
  return text;
}

std::string reference() {
  std::string text =
      "# Metrics\n\n"
      "Made from the tables in `services/sigma-auth/src/metrics_table.hpp` and the libraries' `metrics.hpp`; run\n"
      "`SIGMA_TEST_UPDATE=1 build/release/bin/sigma_auth_unit` after a change. `GET /metrics` on the admin listener "
      "says "
      "them in\n"
      "Prometheus' text format, each replica for itself. No label has values that a stranger chooses. What to do with "
      "them:\n"
      "[observe.md](../how-to/observe.md).\n\n"
      "| metric | type | says | labels |\n|---|---|---|---|\n";
  for (const core::MetricTraits& metric : all_metrics())
    text += fmt::format("| `{}` | {} | {} | {} |\n", metric.name, core::to_string(metric.type), metric.help,
                        labels_of(metric));
  return text;
}

TEST(MetricsReference, DocumentationIsMadeFromTheTable) {
  const std::string path = SIGMA_SOURCE_DIR "/docs/reference/metrics.md";
  if (std::getenv("SIGMA_TEST_UPDATE")) std::ofstream(path) << reference();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), reference()) << "docs/reference/metrics.md is out of date";
}

// https://prometheus.io/docs/practices/naming/
TEST(MetricsReference, NamesAreUniqueAndSayWhatTheyCount) {
  std::set<std::string_view> names;
  for (const core::MetricTraits& metric : all_metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == core::MetricType::counter) << metric.name;
    EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
  }
}

}  // namespace
}  // namespace sigma::service
