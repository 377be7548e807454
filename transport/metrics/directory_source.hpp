#pragma once

#include "domain/base/time.hpp"

#include <cstdint>

namespace rollcall {

/// How the directory that a node serves stands to the database that it follows. Before the first one was read
/// there is nothing to serve, and nobody is let in.
struct directory_source {
  enum class state : std::uint8_t {
    current, ///< what the database holds is what is served
    away,    ///< the database cannot be reached: the directory in memory is served
    refused, ///< what the database holds cannot be served: the directory from before is
    empty,   ///< the database holds no customer yet, and nothing is taken from it
  };
  enum state state = state::current;
  timestamp since; ///< of this state
};

} // namespace rollcall
