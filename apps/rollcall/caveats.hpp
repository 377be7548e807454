#pragma once

#include "apps/rollcall/exit_code.hpp"

#include <string>
#include <vector>

namespace rollcall::cli {

/// What an answer says of its own gaps (contract, 5.5), as the headers have it.
struct caveats {
  bool complete = true;              ///< no `X-Rollcall-Complete: no`
  std::string missing_nodes;         ///< `X-Rollcall-Missing-Nodes`
  std::string unverified_switches;   ///< `X-Rollcall-Unverified-Switches`: theirs are as last known
  std::string unknown_switches = {}; ///< `X-Rollcall-Unknown-Switches`: nothing is known of their calls
  std::string other_directory = {};  ///< `X-Rollcall-Other-Directory`: nodes that answer from another one
  std::string clock_offset = {};     ///< `X-Rollcall-Clock-Offset`

  /// Nothing is left out of the answer.
  bool whole() const { return complete && unknown_switches.empty() && other_directory.empty(); }
};

/// A sentence for each gap, safe for terminals; none for an answer without.
std::vector<std::string> sentences(const caveats& about);

/// Says the sentences on stderr. `partial` when something is left out, `done` otherwise.
exit_code judged(const caveats& about);

} // namespace rollcall::cli
