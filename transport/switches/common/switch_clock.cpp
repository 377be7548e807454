#include "transport/switches/common/switch_clock.hpp"

namespace rollcall::switches {

namespace {

/// A measurement with a longer round trip than the one that counts is worth nothing until that one is so old.
constexpr std::chrono::seconds good_for{60};

/// A measurement may be wrong by half of its round trip.
bool is_off(switch_clock::difference by, std::chrono::steady_clock::duration round_trip) {
  return std::chrono::abs(by) > switch_clock::tolerance + round_trip / 2;
}

} // namespace

void switch_clock::measured(timestamp told, timestamp received,
                            std::chrono::steady_clock::duration round_trip, moment now) {
  const auto middle = received - std::chrono::duration_cast<difference>(round_trip / 2);
  const auto ahead = std::chrono::duration_cast<difference>(told - middle);
  // A step of the clock is more than any round trip can make of it.
  const auto surprise = ahead_ ? std::chrono::abs(ahead - *ahead_) : difference{0};
  if (ahead_ && round_trip > round_trip_ && now - measured_at_ < good_for && surprise <= round_trip)
    return;
  ahead_ = ahead;
  round_trip_ = round_trip;
  measured_at_ = now;
  const auto first = steps_ == 0;
  const auto next = !is_off(ahead, round_trip)                ? difference{0}
                    : is_off(ahead - correction_, round_trip) ? ahead
                                                              : correction_;
  if (!first && next == correction_)
    return;
  correction_ = next;
  ++steps_;
}

void switch_clock::correct(call_event& event) const {
  if (correction_ == difference{0})
    return;
  for (auto* each : {&event.setup, &event.connect, &event.ended})
    if (*each && **each != timestamp{}) // the epoch stands for "not known"
      **each -= correction_;
}

} // namespace rollcall::switches
