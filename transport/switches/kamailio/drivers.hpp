#pragma once

#include "transport/switches/common/driver_kind.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/metrics.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rollcall::kamailio {

/// The drivers of the Kamailios of one node.
class drivers final : public switches::drivers {
public:
  explicit drivers(const limits& bounds = {}) : bounds_(bounds) {}

  const switches::session_limits& bounds() const override { return bounds_; }
  switches::session_metrics& counters() const override { return *counters_; }
  switches::driver_factory prepare(const switches::dialled& to,
                                   std::shared_ptr<switch_notes::sheet> notes) override;
  std::vector<switches::metric_family> metrics() const override { return families_of(*counters_); }
  std::vector<std::string> lines() const override { return counters_->faults.lines(); }

  const kamailio::metrics& counted() const { return *counters_; }

private:
  const limits bounds_;
  const std::shared_ptr<kamailio::metrics> counters_ = std::make_shared<kamailio::metrics>();
};

} // namespace rollcall::kamailio
