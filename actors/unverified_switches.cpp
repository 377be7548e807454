#include "actors/unverified_switches.hpp"

#include <algorithm>

namespace rollcall {

void unverified_switches::add(const switch_identity* of) {
  const std::lock_guard lock{mutex_};
  members_.insert(of);
}

void unverified_switches::remove(const switch_identity* of) {
  const std::lock_guard lock{mutex_};
  members_.erase(of);
}

std::vector<std::string> unverified_switches::in(environment_id environment) const {
  std::vector<std::string> names;
  {
    const std::lock_guard lock{mutex_};
    for (const auto* member : members_)
      if (member->environment == environment)
        names.push_back(member->name.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace rollcall
