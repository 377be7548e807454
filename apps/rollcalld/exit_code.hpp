#pragma once

namespace rollcall {

/// How rollcalld ends (sysexits.h).
enum class daemon_exit : int {
  clean = 0,
  failure = 1, ///< something that should not happen
  usage = 2,
  unavailable = 69, ///< an address cannot be bound
  bad_config = 78,
};

} // namespace rollcall
