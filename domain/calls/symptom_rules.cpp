#include "domain/calls/symptom_rules.hpp"

#include <algorithm>

namespace rollcall {

namespace {

using microseconds = std::chrono::microseconds;

/// How long ago that was; 0 for what is not known, or ahead of `now`.
microseconds time_since(timestamp then, timestamp now) {
  return then == timestamp{} || then > now ? microseconds{0} : now - then;
}

/// For longer than the limit ("for more than 120 s", "older than 4 h").
bool is_beyond(microseconds passed, microseconds limit) { return limit > microseconds{0} && passed > limit; }

/// For as long as the limit ("hung up 60 s ago").
bool has_reached(microseconds passed, microseconds limit) {
  return limit > microseconds{0} && passed >= limit;
}

void take_older(timestamp& oldest, timestamp than) {
  if (than != timestamp{} && (oldest == timestamp{} || than < oldest))
    oldest = than;
}

} // namespace

symptoms symptoms_of(const call_record& call, timestamp lost, timestamp now, const symptom_limits& limits) {
  symptoms found;
  if (call.state() == call_state::dead)
    return found;
  const auto age = time_since(call.setup(), now);
  if (call.state() < call_state::connected && is_beyond(age, limits.setup))
    found.add(symptom::setup_over);
  if (is_beyond(age, limits.age))
    found.add(symptom::age_over);
  if (call.state() == call_state::disconnecting
      && has_reached(time_since(call.hung_up(), now), limits.disconnecting))
    found.add(symptom::disconnecting_over);
  if (has_reached(time_since(lost, now), limits.unverified))
    found.add(symptom::unverified_over);
  if (call.no_media() && limits.no_media)
    found.add(symptom::no_media);
  return found;
}

symptom_rules::symptom_rules(const symptom_limits& limits, lost_switches lost)
    : limits_(limits), lost_(std::move(lost)) {
  std::sort(lost_.begin(), lost_.end());
}

symptoms symptom_rules::of(const call_record& call, timestamp now) const {
  timestamp since;
  if (!lost_.empty()) {
    const auto* const source = &call.source();
    const auto is_before = [](const auto& one, const switch_identity* of) { return one.first < of; };
    const auto found = std::lower_bound(lost_.begin(), lost_.end(), source, is_before);
    if (found != lost_.end() && found->first == source)
      since = found->second;
  }
  return symptoms_of(call, since, now, limits_);
}

void symptom_counts::add(const call_record& call, symptoms found) {
  for (std::size_t i = 0; found.any() && i < symptom_count; ++i)
    calls[i] += found.has(static_cast<symptom>(i)) ? 1 : 0;
  if (call.state() != call_state::disconnecting || !call.hang_up_asked())
    return;
  ++unconfirmed;
  take_older(oldest, call.hung_up());
}

symptom_counts& symptom_counts::operator+=(const symptom_counts& more) {
  for (std::size_t i = 0; i < symptom_count; ++i)
    calls[i] += more.calls[i];
  unconfirmed += more.unconfirmed;
  take_older(oldest, more.oldest);
  return *this;
}

} // namespace rollcall
