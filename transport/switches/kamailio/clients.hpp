#pragma once

#include "domain/base/time.hpp"
#include "transport/switches/common/switch_notes.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/metrics.hpp"
#include "transport/switches/kamailio/settings.hpp"

#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace rollcall::kamailio {

/// The Kamailios of a node. Each is connected to, and again when it is lost, and what it says goes to the
/// link of its switch. Runs on the threads that run the io_context, each Kamailio on a strand of its own. The
/// members are for one thread at a time. The io_context must outlive what is under way in it, as it does when
/// it is stopped first.
class clients {
public:
  /// `attach` is called on threads of the io_context; `now` stamps the arrival of each event.
  clients(boost::asio::io_context& io, const limits& bounds, attach_fn attach, wall_clock now);

  /// Lets go of all.
  ~clients();

  clients(const clients&) = delete;
  clients& operator=(const clients&) = delete;

  /// Connects to these from now on. One that is there already, with the same settings, is not disturbed.
  void set(std::vector<settings> switches);

  const metrics& counters() const noexcept;

  /// What is to be known of them.
  const switch_notes& notes() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace rollcall::kamailio
