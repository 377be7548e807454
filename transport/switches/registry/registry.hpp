#pragma once

#include "transport/switches/common/driver_kind.hpp"

#include <vector>

namespace rollcall::switches {

/// The kinds of switches that this version dials. The feed is no such kind: its switches dial us.
const std::vector<driver_kind>& registry();

} // namespace rollcall::switches
