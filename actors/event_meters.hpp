#pragma once

#include "domain/base/event_meter.hpp"
#include "domain/calls/switch_identity.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace rollcall {

/// The events of each switch within event_meter::window.
using recent_events = std::map<switch_name, std::uint32_t>;

/// How many events the switches of this node have told of late. Each link counts with a meter of its own and
/// is not asked: who reads waits for nobody. Any thread.
class event_meters {
public:
  /// A meter for the link of this switch, which keeps it for as long as it counts. `of` is interned.
  std::shared_ptr<event_meter> meter_of(const switch_identity* of);

  /// Of all switches that have a link.
  recent_events recent(event_meter::moment now);

private:
  std::mutex mutex_;
  std::unordered_map<const switch_identity*, std::weak_ptr<const event_meter>> meters_;
};

} // namespace rollcall
