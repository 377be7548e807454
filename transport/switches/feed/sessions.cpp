#include "transport/switches/feed/sessions.hpp"

#include "transport/switches/feed/protocol.hpp"

#include <utility>

namespace rollcall::feed {

std::shared_ptr<switches::session::shared> sessions_of(const std::shared_ptr<service>& with, std::string node,
                                                       attach_fn attach, wall_clock now) {
  auto make_driver = [with, node = std::move(node)](switches::session_actions& out) {
    return std::make_unique<protocol>(out, with->bounds, node, with->counters);
  };
  return std::make_shared<switches::session::shared>(
      "feed", with->bounds, std::move(attach), now, std::move(make_driver),
      std::shared_ptr<switches::session_metrics>{with, &with->counters});
}

} // namespace rollcall::feed
