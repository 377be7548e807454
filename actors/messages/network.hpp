#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/switch_holders.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// A node of the cluster, as the node that answers sees it.
struct node_picture {
  std::string name; ///< its node id; the address of one that was never met
  bool up = false;
  timestamp since;            ///< when it came up or went missing; of the node that answers: its start
  std::string version = {};   ///< empty: not known
  std::string directory = {}; ///< hash; empty: not known
  std::chrono::microseconds round_trip = {}; ///< of the last ping; of one that is up
  std::chrono::microseconds ahead = {};      ///< its time of day, of that of the node that answers; as above
};

/// A switch, as the node tells it whose claim wins.
struct switch_picture {
  switch_holder holder;
  std::optional<std::uint32_t> calls = {};  ///< active, in the scope; none while that node is missing
  std::optional<std::uint32_t> events = {}; ///< within event_meter::window; none while that node is missing
};

/// getNetwork: who and what there is. Part of the cluster stats query's answer to the API.
struct network_picture {
  std::vector<node_picture> nodes;      ///< by name, with the node that answers
  std::vector<switch_picture> switches; ///< of the scope's environment, by name
};

} // namespace rollcall
