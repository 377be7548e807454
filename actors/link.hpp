#pragma once

#include "actors/call.hpp"
#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/call_table.hpp"
#include "domain/switch_identity.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

//   no connection ──attach──► awaiting snapshot ──begin──► in snapshot ──end──► verified
//        ▲ (unverified)             │                          │                  │ resync, begin
//        └──────────── closed ──────┴──────────────────────────┴──────────────────┘

/// The state of a switch link. It knows the calls of its switch by the switch's own ids, spawns them at first
/// sight, and tells each when to be forgotten. The switch is the only truth: nothing ends here without its
/// word, a lost connection least of all.
///
/// In a cluster the switch may connect to another node. That one asks this link to release the switch, takes
/// its calls over, and claims it; then this one has to yield: it keeps the calls for as long as requests may
/// be under way that have not heard of the other node, and lets go.
struct link_state {
  static inline const char* name = "link";
  using moment = std::chrono::steady_clock::time_point;

  explicit link_state(link_actor::pointer ptr) : self(ptr) {}

  caf::result<attached> attach(const attach_request& request);
  void news(std::uint64_t session, switch_news& items);
  void closed(std::uint64_t session, const std::string& reason);
  void consumed(std::uint64_t session);
  void hang_up(const std::string& id);
  void disconnect(const disconnect_job_ptr& job, const std::string& id);
  caf::result<released> release(std::uint64_t epoch);
  void adopt(const records& calls);
  void on_settled();
  void yield(std::uint64_t to_term);
  void let_go(std::uint64_t own_term);
  void tick();
  void end();
  void stop(caf::error reason);
  void publish_claim();
  link_status status() const;

  link_actor::pointer self;
  context_ptr context;
  const switch_identity* identity = nullptr;
  node_actor node;
  auditor_actor auditor; ///< may be null
  echo_actor echo;
  directory_ptr directory;

private:
  using entries = call_table<call_actor>;
  using entry = entries::entry;
  struct repeat {
    moment when;
    std::string id; ///< the call may not be here yet
  };
  struct end_of_call {
    moment when;
    entry* call;
  };

  void find_ahead(const switch_news& items);
  void on(call_event& event) { take(event, in_snapshot_); }
  void on(const snapshot_begin&);
  void on(const snapshot_end&);
  void on(const refusal& refused);
  void on(const ping&);
  void on(const bad_line& bad);
  void take(call_event& event, bool awaited);
  void open(call_event& event, bool awaited);
  void pass_on(entry& call, call_event& event, bool awaited);
  entry& add(std::string_view id, record_ptr first, bool awaited);
  void ended(entry& call, const call_event& event, std::string_view how);
  void note(const std::string& id, std::string text);
  void write_notes();
  void repeat_disconnects(moment now);
  void forget_ended(moment now);
  void wake_up();
  void lose_sight();
  void await_settlement();
  void take_over_hang_ups(const std::vector<std::string>& ids);
  void forget_calls();
  const std::string& who() const { return identity->name.value(); }
  call_surroundings_ptr surroundings();

  switch_connection_ptr connection_; ///< null while the switch is away
  std::uint64_t session_ = 0;        ///< counts attaches; news of another session is ignored
  std::uint64_t epoch_ = 0;          ///< of connection_
  std::uint32_t bad_in_a_row_ = 0;
  std::uint32_t snapshot_ = 0; ///< counts snapshots
  bool in_snapshot_ = false;
  bool verified_ = false; ///< a snapshot ended since the connection came
  bool settled_ = false;  ///< verified, and accounts show what the snapshot told
  bool synced_ = false;   ///< accounts have shown a whole snapshot since the link began
  bool tick_due_ = false;
  std::uint64_t term_ = 0; ///< of the newest connection here, among all that the switch had to any node
  bool whole_ = false;     ///< nothing is missing here that the node before had
  moment resync_allowed_;
  entries calls_;
  call_surroundings_ptr shared_;
  std::deque<repeat> repeats_;    ///< disconnects without an end yet, soonest first
  std::deque<end_of_call> ended_; ///< calls to forget, soonest first; each is still in calls_
  std::vector<audit_note> notes_; ///< for the audit log, of the news that is being worked off
};

/// Spawns the link of a switch. `auditor` may be null.
link_actor spawn_link(caf::actor_system& system, context_ptr context, const switch_identity& identity,
                      node_actor node, auditor_actor auditor);

} // namespace rollcall
