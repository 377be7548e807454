#pragma once

#include "actors/claim_table.hpp"
#include "actors/cluster_board.hpp"
#include "actors/defaults.hpp"
#include "actors/metrics.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace rollcall {

/// What all actors of a node share. The durations may be changed while actors run (a reload).
struct node_context {
  node_id node;
  wall_clock now = system_now;
  std::atomic<std::chrono::milliseconds> dead_linger{std::chrono::milliseconds{32'000}};
  std::atomic<std::chrono::milliseconds> disconnect_retry{std::chrono::milliseconds{5'000}};
  actor_metrics metrics;
  claim_table claims;    ///< of this node
  cluster_board cluster; ///< the other nodes
};

using context_ptr = std::shared_ptr<node_context>;

} // namespace rollcall
