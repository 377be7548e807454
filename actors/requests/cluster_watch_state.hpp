#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/switch_standings.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// A node whose calls are told.
struct watched_node {
  watcher_actor watcher;      ///< null: the node is missing
  bool asked = false;         ///< for its next batch
  bool heard = false;         ///< its first batch has come
  bool told = false;          ///< calls of it were told to the client before this watcher
  bool synced = false;        ///< its snapshot is told
  bool at_cut = false;        ///< everything up to `place` is told, and was asked for after the last mark
  bool in_parts = false;      ///< the last batch was not its answer's end
  bool ever_heard = false;    ///< also by a watcher before this one
  std::uint64_t asked_at = 0; ///< how many marks there had been
  std::optional<log_place> place;
  counts_by_switch held;   ///< what the client has of it
  std::uint64_t again = 0; ///< how often it was asked to tell a switch's calls again
};

/// A switch whose calls are told.
struct watched_switch {
  switch_standing holder;
  std::uint64_t listing = 0; ///< of its node's: what was told before it is void
  bool awaited = false;      ///< that it is told to its end
  bool retold = false;       ///< and that was it; the client has yet to hear of it
};

//   begin ──► snapshot ──synced──► mark … mark ──► (end of the client)
//                ▲                  │
//                └── reset: of all, or of one switch ◄─┘
//
// Each node tells its own calls, in their order; which node's word on a switch counts is decided here. A
// switch that moves, and a node that has forgotten what it told, are begun anew, and nothing else is. A mark
// is set when each node has told everything up to one moment since the mark before.
/// The state of a cluster watch.
struct cluster_watch_state {
  static inline const char* name = "cluster_watch";

  explicit cluster_watch_state(cluster_watch_actor::pointer ptr) : self(ptr) {}

  void begin(watch_request request);
  caf::result<watch_messages_ptr> more();
  void pulse();
  void end();

  cluster_watch_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  using kind = watch_message::kind;
  using moment = std::chrono::steady_clock::time_point;
  using source = watched_node;
  using followed = watched_switch;

  void look_round();

  // cluster_watch_limits.cpp
  void look_at_limits();
  void tell_limit(const limit_event& what);

  // cluster_watch_nodes.cpp
  void look_at_nodes();
  void open(const std::string& who, source& from, const wire::member_actor* member);
  void lose(const std::string& who, source& from);
  void ask(const std::string& who, source& from);
  void take(const std::string& who, watch_batch& batch);
  void tell_change(source& from, change_queue::told& one);
  bool is_of_former(const change_queue::told& one);
  void take_counts(const std::string& who, source& from, counts_by_switch held);
  void forgotten(const std::string& who, source& from);

  // cluster_watch_switches.cpp
  void look_at_switches();
  void follow(const switch_name& of, followed& known, const switch_standing& next);
  void tell_again(const switch_name& of, followed& known, reset_reason why);
  void reset_removed(const std::string& of);
  void forget_successors(const std::string& of);
  bool counts(const std::string& who, const record_ptr& record, const watch_batch& batch) const;

  // cluster_watch_marks.cpp
  void begin_if_heard();
  void tell_synced();
  void mark_if_due();
  void say_place(kind what, std::string of = {});
  bool is_settled() const;
  bool is_complete() const;
  std::uint64_t calls_of(const switch_name& of, const followed& known) const;
  std::uint64_t mirror_size() const;
  watch_place place() const;
  void say(watch_message what);
  void deliver(bool at_once);

  watch_request request_;
  environment_id environment_;
  std::map<std::string, source> sources_; ///< by node
  std::map<switch_name, followed> switches_;
  std::map<limited_subject, limit_event> limits_; ///< that the client knows as reached, as it was told
  std::uint64_t limits_seen_ = 0;                 ///< version of the board that was told
  std::set<std::string> missing_;                 ///< nodes
  std::map<std::string, timestamp, std::less<>> successors_; ///< calls that reuse an ID, and when they began
  std::size_t formers_ = 0; ///< calls before them whose ends may be on their way: these are counted still
  moment formers_since_;    ///< the last of them
  std::vector<std::string> removed_; ///< switches whose reset has no end yet
  bool asked_ = false;               ///< by the stream
  bool begun_ = false;               ///< `begin` is told
  bool resuming_ = false;
  bool synced_ = false;        ///< or resumed: the mirror is whole
  std::uint64_t unmarked_ = 0; ///< messages since the last mark
  std::uint64_t marks_ = 0;    ///< that were told, and `synced`
  moment began_;
  moment last_mark_;
  caf::typed_response_promise<watch_messages_ptr> promise_;
  watch_messages out_;
};

} // namespace rollcall
