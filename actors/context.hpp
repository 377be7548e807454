#pragma once

#include "actors/defaults.hpp"
#include "actors/metrics.hpp"
#include "actors/unverified_switches.hpp"
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
  unverified_switches unverified;
};

using context_ptr = std::shared_ptr<node_context>;

} // namespace rollcall
