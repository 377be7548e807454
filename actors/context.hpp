#pragma once

#include "actors/audit_backlog.hpp"
#include "actors/change_feed.hpp"
#include "actors/claim_table.hpp"
#include "actors/cluster_view.hpp"
#include "actors/confirmed_orders.hpp"
#include "actors/defaults.hpp"
#include "actors/event_meters.hpp"
#include "actors/history_backlog.hpp"
#include "actors/limit_board.hpp"
#include "actors/metrics.hpp"
#include "actors/symptom_board.hpp"
#include "actors/watch_memory.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/ids.hpp"
#include "domain/base/random_number.hpp"
#include "domain/base/time.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

namespace rollcall {

/// What all actors of a node share. The durations may be changed while actors run (a reload).
struct node_context {
  node_id node;
  std::string version; ///< of this program, as other nodes are told; set before the first actor
  timestamp started;   ///< when it was; set before the first actor
  const std::uint64_t run = random_number(); ///< tells this start of the node from all others
  std::function<timestamp()> now = system_now;
  boot_clock_source boottime = boot_clock::now; ///< by which orders expire
  std::atomic<std::chrono::milliseconds> dead_linger{std::chrono::milliseconds{32'000}};
  std::atomic<std::chrono::milliseconds> disconnect_retry{std::chrono::milliseconds{5'000}};
  std::atomic<std::size_t> calls_per_switch{defaults::calls_per_switch};
  std::atomic<std::size_t> calls_at_once{defaults::calls_at_once}; ///< see there, as for the next one
  std::atomic<std::chrono::milliseconds> sweep_pause{defaults::sweep_pause};
  std::atomic<std::chrono::milliseconds> disconnect_deadline{defaults::disconnect_deadline};
  std::atomic<std::chrono::milliseconds> resume_hang_ups{std::chrono::minutes{5}};
  std::atomic<std::size_t> watch_buffer{defaults::watch_buffer};
  std::atomic<std::chrono::milliseconds> history_keep_minutes{std::chrono::hours{7 * 24}};
  std::atomic<std::chrono::milliseconds> history_keep_hours{std::chrono::hours{400 * 24}};
  std::function<void()> broken = std::abort; ///< an actor that answers depend on has failed. Any thread
  actor_metrics metrics;
  audit_backlog audit;
  history_backlog history;
  change_feed changes;        ///< of the calls here, for those who watch
  watch_memory watching;      ///< what waits for them
  claim_table claims;         ///< of this node
  confirmed_orders confirmed; ///< what is left of previews that were confirmed
  event_meters meters;        ///< of its switches
  published_view cluster;     ///< the other nodes
  published_limits limits;    ///< which are reached
  symptom_board symptoms;     ///< by what calls are suspect, and how many are
};

using context_ptr = std::shared_ptr<node_context>;

} // namespace rollcall
