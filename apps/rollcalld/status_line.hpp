#pragma once

#include "apps/rollcalld/overview.hpp"
#include "transport/metrics/directory_source.hpp"

#include <optional>
#include <string>

namespace rollcall {

/// How the node is, in one line for whoever looks at the service: `120 calls, 2 of 3 switches`, or why nobody
/// is served. `served`: there is a directory with customers.
std::string status_line(const overview& seen, bool served, const std::optional<directory_source>& source);

} // namespace rollcall
