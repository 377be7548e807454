#include "transport/metrics/families.hpp"

#include <limits>
#include <utility>

namespace rollcall {

using prometheus::ClientMetric;
using prometheus::MetricType;

families& families::counter(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), MetricType::Counter);
}

families& families::gauge(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), MetricType::Gauge);
}

families& families::histogram(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), MetricType::Histogram);
}

families& families::begin(std::string name, std::string help, MetricType type) {
  all_.push_back({std::move(name), std::move(help), type, {}});
  return *this;
}

families& families::add(double value, std::vector<label> labels) {
  ClientMetric sample;
  sample.label = std::move(labels);
  if (all_.back().type == MetricType::Counter)
    sample.counter.value = value;
  else
    sample.gauge.value = value;
  all_.back().metric.push_back(std::move(sample));
  return *this;
}

families& families::add(const outcome_counts& counts, const std::string& name) {
  for (const auto& each : counts)
    add(static_cast<double>(each.count), {{name, each.outcome}});
  return *this;
}

families& families::add(const method_metrics& method) {
  ClientMetric sample;
  sample.label = {{"method", method.name}};
  auto& histogram = sample.histogram;
  histogram.sample_sum = method.seconds;
  for (std::size_t i = 0; i < method.durations.size(); ++i) {
    histogram.sample_count += method.durations[i];
    const auto bound = i < method.bounds.size() ? method.bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  all_.back().metric.push_back(std::move(sample));
  return *this;
}

} // namespace rollcall
