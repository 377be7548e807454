#pragma once

#include "transport/switches/asterisk/limits.hpp"
#include "transport/switches/asterisk/metrics.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <memory>
#include <vector>

namespace rollcall::asterisk {

/// The drivers of the Asterisks of one node.
class drivers final : public switches::drivers {
public:
  explicit drivers(const limits& bounds = {}) : bounds_(bounds) {}

  const switches::session_limits& bounds() const override { return bounds_; }
  switches::session_metrics& counters() const override { return *counters_; }
  switches::driver_factory prepare(const switches::dialled& to,
                                   std::shared_ptr<switch_notes::sheet> notes) override;
  std::vector<switches::metric_family> metrics() const override { return families_of(*counters_); }

  const asterisk::metrics& counted() const { return *counters_; }

private:
  const limits bounds_;
  const std::shared_ptr<asterisk::metrics> counters_ = std::make_shared<asterisk::metrics>();
};

} // namespace rollcall::asterisk
