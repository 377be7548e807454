#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

#include <algorithm>
#include <chrono>

namespace rollcall {

/// The longest disconnect_deadline that may be configured: another node's order that claims to have more time
/// has this.
constexpr auto longest_order = std::chrono::seconds{30};

/// An order that came without times has arrived now, and expires by the node's disconnect_deadline. Returns
/// how long it may still be begun, never less than nothing (decision 0080).
inline boot_clock::duration set_times(disconnect_request& order, const node_context& context) {
  const auto now = context.boottime();
  if (order.arrived == boot_time{})
    order.arrived = now;
  if (order.expires == boot_time{})
    order.expires = order.arrived + context.disconnect_deadline.load();
  return std::max(order.expires - now, boot_clock::duration{0});
}

} // namespace rollcall
