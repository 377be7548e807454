#pragma once

#include "domain/base/time.hpp"
#include "transport/switches/common/dialled_switches.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/metrics.hpp"
#include "transport/switches/kamailio/settings.hpp"

#include <memory>
#include <vector>

namespace rollcall::kamailio {

/// The Kamailios of a node; see switches::dialled_switches.
class clients {
public:
  /// `attach` is called on threads of the io_context; `now` stamps the arrival of each event.
  clients(boost::asio::io_context& io, const limits& bounds, attach_fn attach, wall_clock now);

  /// Connects to these from now on. One that is there already, with the same settings, is not disturbed.
  void set(const std::vector<settings>& switches);

  const metrics& counters() const noexcept { return *counters_; }

  /// What is to be known of them.
  const switch_notes& notes() const noexcept { return dialled_.notes(); }

private:
  const limits bounds_;
  const std::shared_ptr<metrics> counters_ = std::make_shared<metrics>();
  switches::dialled_switches dialled_;
};

} // namespace rollcall::kamailio
