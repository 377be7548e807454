#include "actors/event_meters.hpp"

namespace rollcall {

std::shared_ptr<event_meter> event_meters::meter_of(const switch_identity* of) {
  auto fresh = std::make_shared<event_meter>();
  const std::lock_guard lock{mutex_};
  meters_[of] = fresh;
  return fresh;
}

recent_events event_meters::recent(event_meter::moment now) {
  recent_events result;
  const std::lock_guard lock{mutex_};
  for (auto i = meters_.begin(); i != meters_.end();) {
    if (const auto meter = i->second.lock()) {
      result[i->first->name] += meter->recent(now);
      ++i;
    } else {
      i = meters_.erase(i);
    }
  }
  return result;
}

} // namespace rollcall
