#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/watch/change_queue.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace rollcall {

//   gathering ──the list──► catching up ──► telling ─┬─ nothing left: waits for news, or the pulse
//       ▲                                            │
//       └── again, or everything anew: too slow ─────┘
//
// It reads the log from before it asks for the list. What it has read it tells to its end before it reads on,
// so that there are moments at which all is told up to one place of the log; a reader who is so slow that the
// log would go on without him gets more calls at a time, and each of them once.

/// The state of a watcher.
struct watcher_state {
  static inline const char* name = "watcher";

  explicit watcher_state(watcher_actor::pointer ptr) : self(ptr) {}
  ~watcher_state();

  void begin(const watch_request& request, const std::optional<log_place>& since);
  caf::result<watch_batch_ptr> more();
  void again(const switch_name& of);
  void pulse();
  void proceed();
  void advance(bool at_once);

  watcher_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void gather(std::optional<switch_name> only);
  void wait_for_room();
  void listed(call_list& calls);
  void lose();
  void anew();
  bool must_read() const;
  bool read();
  void proceed_soon();
  watch_batch_ptr fill();

  call_query query_;
  directory_ptr directory_; ///< by which the calls were gathered last
  std::optional<change_queue> queue_;
  std::optional<watch_share> share_; ///< what waits in the queue
  change_feed::place place_;
  caf::typed_response_promise<watch_batch_ptr> promise_;
  std::vector<picture_change> changes_; ///< kept for its memory
  bool gathering_ = false;
  bool retry_ = false;                  ///< at the next pulse
  std::optional<switch_name> only_;     ///< what is gathered: this switch's calls
  std::optional<std::uint64_t> since_;  ///< what is gathered: what has changed since
  std::vector<std::string> distrusted_; ///< to be told, see watch_batch
  std::deque<switch_name> again_;       ///< are to be told again
  std::uint64_t listings_ = 0;          ///< that were asked for by `again`, and gathered
  bool begins_ = false;                 ///< is to be told
  bool syncing_ = false;                ///< a snapshot is told
  bool caught_up_ = false;              ///< what happened while it was gathered is read
  bool lost_ = false;                   ///< it does not read, until it is asked
  bool proceed_due_ = false;
  bool asked_ = false;
  std::chrono::steady_clock::time_point begun_at_;
  std::chrono::steady_clock::time_point listed_at_;
  log_place told_up_to_; ///< once the queue is empty; none: there is more to read
};

/// Spawns the watcher of this node for a request. With `since`, a place of this node's log, it tells only
/// what has changed, if that is still known.
watcher_actor spawn_watcher(caf::actor_system& system, context_ptr context, node_actor node,
                            watch_request request, std::optional<log_place> since);

} // namespace rollcall
