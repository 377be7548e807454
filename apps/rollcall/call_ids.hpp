#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace rollcall::cli {

/// Calls that somebody named.
struct named_calls {
  std::vector<std::string> ids; ///< each once, in the order given; never empty
  bool from_stream = false;     ///< some of them were not on the command line
};

constexpr std::size_t most_call_ids = 100'000;

/// The IDs of `words`, each as it is or as typed_id() shows it; where one is `-`, those of `lines`, one a
/// line, empty lines left out. Throws command_error (`usage`) when there is none in the end, for an ID that
/// no call can have, and for too many.
named_calls read_call_ids(const std::vector<std::string>& words, std::istream& lines);

} // namespace rollcall::cli
