#pragma once

#include "actors/context.hpp"

#include <map>
#include <string>
#include <string_view>

namespace rollcall {

/// Which node has a switch, and how sure its calls are.
struct switch_standing {
  std::string node;
  bool connected = false;
  bool verified = false; ///< and all its calls are told

  /// As streams say it.
  std::string_view state() const { return !connected ? "lost" : verified ? "verified" : "connected"; }
};

/// Of the switches of an environment, as this node sees it now, missing nodes included. Any thread.
std::map<switch_name, switch_standing> switch_standings(const node_context& context,
                                                        environment_id environment);

} // namespace rollcall
