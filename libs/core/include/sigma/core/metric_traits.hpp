// Families of metrics as tables name them: each library declares its own, docs/reference/metrics.md is made from all.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/metrics.hpp"

namespace sigma::core {

enum class MetricType { counter, gauge, histogram };
std::string_view to_string(MetricType type);

struct LabelTraits {
  std::string_view name;
  std::string_view values;  ///< in words, for the reference: never what strangers choose
};

struct MetricTraits {
  std::string_view name;
  MetricType type;
  std::string_view help;  ///< one sentence: for who scrapes, and for the reference
  std::array<LabelTraits, 4> labels{};
};

// What the table calls so.
prometheus::Counter& counter_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels = {});
prometheus::Gauge& gauge_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels = {});
/// `buckets`: upper bounds, ascending, in seconds for durations.
prometheus::Histogram& histogram_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels,
                                    const std::vector<double>& buckets);

}  // namespace sigma::core
