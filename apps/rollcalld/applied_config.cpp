#include "apps/rollcalld/applied_config.hpp"

#include "actors/runtime/log.hpp"
#include "apps/rollcalld/settings.hpp"

namespace rollcall {

void tell_of_homeless_switches(const config& config, const directory& dir) {
  if (!dir.has_customers())
    return; // that is told by itself
  for (const auto& name : switches_without_environment(config, dir))
    log::error("rollcalld", "switch {} is not let in: the directory does not have its environment",
               name.value());
}

void set_durations(node_context& context, const config& config) {
  context.dead_linger = config.calls.dead_linger;
  context.disconnect_retry = config.calls.disconnect_retry;
  context.calls_per_switch = config.feed.calls_per_switch;
  context.disconnect_deadline = config.api.disconnect_deadline;
  context.resume_hang_ups = config.calls.resume_hang_ups;
  context.watch_buffer = config.events.buffer;
  context.watching.limit(config.events.memory);
  context.changes.set_bounds({.kept_bytes = config.events.keep_memory, .keep = config.events.keep});
  context.history_keep_minutes = config.history.keep_minutes;
  context.history_keep_hours = config.history.keep_hours;
  const auto& suspect = config.suspect;
  context.symptoms.set_limits({suspect.setup_over, suspect.age_over, suspect.disconnecting_over,
                               suspect.unverified_over, suspect.no_media});
  context.audit.limit(config.audit.backlog);
  context.audit.daily_limit(config.audit.daily_bytes);
}

} // namespace rollcall
