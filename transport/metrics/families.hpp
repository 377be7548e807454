#pragma once

#include "transport/metrics/metrics_snapshot.hpp"

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// Builds the families of a metrics page, in the order in which they are added.
class families {
public:
  using label = prometheus::ClientMetric::Label;

  /// Begins a family. What is added next belongs to it.
  families& counter(std::string name, std::string help);
  families& gauge(std::string name, std::string help);
  families& histogram(std::string name, std::string help);

  /// A sample of the family begun last, a counter or gauge.
  families& add(double value, std::vector<label> labels = {});

  /// One sample for each outcome, labelled `name`.
  families& add(const outcome_counts& counts, const std::string& name);

  /// A histogram of the family begun last.
  families& add(const method_metrics& method);

  const std::vector<prometheus::MetricFamily>& all() const { return all_; }

private:
  families& begin(std::string name, std::string help, prometheus::MetricType type);

  std::vector<prometheus::MetricFamily> all_;
};

} // namespace rollcall
