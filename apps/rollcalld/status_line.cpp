#include "apps/rollcalld/status_line.hpp"

#include "transport/metrics/health.hpp"

#include <algorithm>

namespace rollcall {

std::string status_line(const overview& seen, bool served, const std::optional<directory_source>& source) {
  if (!served)
    return std::string{"not ready: "} + why_nobody_is_served(source);
  const auto synced =
      std::count_if(seen.links.begin(), seen.links.end(), [](const auto& link) { return link.synced; });
  auto line = seen.calls_known ? std::to_string(seen.calls.active()) + " calls, " : "calls not known, ";
  line += seen.links_known ? std::to_string(synced) + " of " + std::to_string(seen.links.size()) + " switches"
                           : std::string{"switches not known"};
  if (source && source->state != directory_source::state::current)
    line += "; the directory in memory is served";
  return line;
}

} // namespace rollcall
