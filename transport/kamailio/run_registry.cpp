#include "transport/kamailio/run_registry.hpp"

namespace rollcall::kamailio {

std::optional<std::string> run_registry::claim(const switch_name& name, owner by, const std::string& run) {
  const std::lock_guard lock{mutex_};
  for (const auto& [other, its] : runs_)
    if (other != name.value() && its.run == run)
      return twin_[name.value()] = other;
  // Kamailio may have been restarted: who had it before has it again, whoever is the first to be back.
  if (const auto twin = twin_.find(name.value()); twin != twin_.end()) {
    const auto other = runs_.find(twin->second);
    if (other != runs_.end() && !other->second.connected)
      return other->first;
    twin_.erase(twin);
  }
  runs_[name.value()] = {by, run, true};
  return std::nullopt;
}

void run_registry::release(const switch_name& name, owner by) {
  const std::lock_guard lock{mutex_};
  if (const auto found = runs_.find(name.value()); found != runs_.end() && found->second.by == by)
    found->second.connected = false;
}

void run_registry::forget(const switch_name& name, owner by) {
  const std::lock_guard lock{mutex_};
  if (const auto found = runs_.find(name.value()); found != runs_.end() && found->second.by == by)
    runs_.erase(found);
}

} // namespace rollcall::kamailio
