#pragma once

namespace rollcall {

/// How rollcalld ends (sysexits.h).
enum class daemon_exit : int {
  clean = 0,
  failure = 1, ///< something that should not happen
  usage = 2,
  unavailable = 69, ///< the machine does not give what it needs: an address, a file, room on a disk
  bad_config = 78,
};

} // namespace rollcall
