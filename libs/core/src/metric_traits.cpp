#include "sigma/core/metric_traits.hpp"

namespace sigma::core {

std::string_view to_string(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "untyped";
}

prometheus::Counter& counter_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels) {
  return metrics.counter(std::string(family.name), std::string(family.help), labels);
}

prometheus::Gauge& gauge_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels) {
  return metrics.gauge(std::string(family.name), std::string(family.help), labels);
}

prometheus::Histogram& histogram_of(Metrics& metrics, const MetricTraits& family, const Metrics::Labels& labels,
                                    const std::vector<double>& buckets) {
  return metrics.histogram(std::string(family.name), std::string(family.help), labels, buckets);
}

}  // namespace sigma::core
