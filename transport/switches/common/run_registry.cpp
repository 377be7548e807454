#include "transport/switches/common/run_registry.hpp"

namespace rollcall::switches {

std::optional<std::string> run_registry::claim(const switch_name& name, owner by, const std::string& run) {
  const std::lock_guard lock{mutex_};
  for (const auto& [other, its] : runs_)
    if (other != name.value() && its.run == run) {
      refused_[name.value()] = {by, other};
      return other;
    }
  // The switch may have been restarted: the name that was served before is served again, not the first to be
  // back.
  if (const auto refused = refused_.find(name.value()); refused != refused_.end()) {
    const auto other = runs_.find(refused->second.other);
    if (other != runs_.end() && !other->second.connected) {
      refused->second.by = by;
      return other->first;
    }
    refused_.erase(refused);
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
  if (const auto refused = refused_.find(name.value()); refused != refused_.end() && refused->second.by == by)
    refused_.erase(refused);
}

} // namespace rollcall::switches
