#pragma once

#include "apps/rollcalld/overview.hpp"
#include "transport/metrics/directory_source.hpp"

#include <optional>
#include <string>

namespace rollcall {

/// Describes the node in one line: `120 calls, 2 of 3 switches`, or the reason why nobody is served. `served`
/// says that there is a directory with customers.
std::string status_line(const overview& seen, bool served, const std::optional<directory_source>& source);

} // namespace rollcall
