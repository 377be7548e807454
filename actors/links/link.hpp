#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "actors/links/call.hpp"
#include "actors/runtime/log.hpp"
#include "domain/base/log_throttle.hpp"
#include "domain/calls/call_table.hpp"
#include "domain/calls/ended_calls.hpp"
#include "domain/calls/name_holders.hpp"
#include "domain/calls/switch_identity.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall {

//   no connection ──attach──► awaiting snapshot ──begin──► in snapshot ──end──► verified
//        ▲ (unverified)             │                          │                  │ resync, begin
//        └──────────── closed ──────┴──────────────────────────┴──────────────────┘
//
// At the end of a snapshot the calls that it did not name are over. They are looked for some at a time, so
// that nobody waits for a million of them; what the switch says meanwhile waits for that, and so comes after
// it.

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
  void hang_up(record_ptr& call, disconnect_job_ptr& job);
  void resume(const outstanding_hang_ups_ptr& calls);
  caf::result<caf::ok_atom> carry_on(const outstanding_hang_ups_ptr& calls);
  outstanding_hang_ups_ptr hang_ups();
  void passed_on(const outstanding_hang_ups_ptr& calls);
  void disconnect(const disconnect_job_ptr& job, const std::string& id);
  caf::result<released> release(std::uint64_t epoch, const switch_host& host);
  void adopt(const records& calls);
  void on_settled();
  void yield(std::uint64_t own_term);
  void let_go(std::uint64_t own_term);
  void tick();
  void proceed();
  void expire_ended();
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
  std::shared_ptr<event_meter> meter; ///< of this switch

private:
  using entries = call_table<call_actor>;
  using entry = entries::entry;
  struct repeat {
    moment when;
    std::string id;
    std::uint32_t number; ///< as in the call's entry; of one that has another number nothing is left to do
    timestamp asked;
    audit_request_ptr by;
  };
  /// A hang-up from elsewhere of a call that is not here yet.
  struct expected_hang_up {
    timestamp setup;
    timestamp asked;
    bool after_restart = false; ///< of the node that was asked: it is not carried out when it is too old
  };
  struct end_of_call {
    moment when;
    entry* call; ///< without a handle: a snapshot has named it since, and it is in the table no more
  };
  /// What the switch said while a sweep was under way.
  struct delivery {
    std::uint64_t session;
    switch_news news;
    std::size_t done = 0;              ///< items worked off
    std::optional<std::string> closed; ///< the connection was lost after it, and why
  };
  /// What is to be forgotten, some at a time.
  struct left_calls {
    entries calls;
    std::deque<end_of_call> ended;
    std::deque<repeat> repeats; ///< these are not forgotten
  };
  /// The search for calls that the last snapshot did not name.
  struct sweep {
    std::uint64_t session; ///< in which it ended
    moment begins;
    timestamp now;
    std::size_t place = 0; ///< in calls_
    std::uint64_t unseen = 0;
  };
  /// A call that is to be hung up as soon as the audit log has it.
  struct hang_up_order {
    record_ptr call;
    disconnect_job_ptr job;
    call_actor from; ///< another call may have its id by then
    timestamp asked;
    moment since = {}; ///< when it came here
  };
  using hang_up_block = std::vector<hang_up_order>;

  std::size_t find_ahead(const switch_news& items);
  void work_off(delivery& from);
  void lost(const std::string& reason);
  void on(call_event& event) { take(event, in_snapshot_); }
  void on(const snapshot_begin&);
  void on(const snapshot_end&);
  void on(const refusal& refused);
  void on(const barrier&);
  void on(const malformed_event& bad);
  void on(const malformed_field& bad);
  void take(call_event& event, bool awaited);
  void open(call_event& event, bool awaited);
  bool is_revived(const entry& over, const call_event& by) const;
  entry& revive(entry& over, call_event& by);
  bool is_another(const entry& known, const call_event& by) const;
  void make_way(entry& known, const call_event& by);
  void refuse(const call_event& event);
  bool has_room() const;
  void sweep_some();
  void end_if_unseen(entry& call);
  void end_sweep();
  void go_on();
  void proceed_soon();
  void watch_silence(moment now);
  void give_up_snapshot();
  void ask_for_snapshot(moment now);
  void pass_on(entry& call, call_event& event, bool awaited);
  entry& add(std::string_view id, record_ptr first, boot_time begun, bool awaited);
  void ended(entry& call, const call_event& event, std::string_view how);
  void note(const std::string& id, std::string text);
  void write_notes();
  void drop_notes();
  void order_hang_up(hang_up_order order);
  void write_ahead();
  void write_block();
  std::shared_ptr<hang_up_block> take_block();
  void send_lines(const hang_up_block& block, bool audited);
  entry* find(const hang_up_order& order);
  entry* find(const repeat& one) { return find_in(calls_, one); }
  static entry* find_in(entries& calls, const repeat& one);
  void find_ahead(const hang_up_block& block);
  std::optional<link_notice> refusal_of(const hang_up_order& order, entry* call);
  void send_line(const hang_up_order& order, bool ahead);
  bool put_on_its_way(const entry& call, const std::string& id, const audit_request_ptr& by);
  void repeat_until_end(entry& call, timestamp asked, audit_request_ptr by = {});
  void repeat_disconnects(moment now);
  void forget_ended(moment now);
  void remember_ended(std::string_view id);
  bool may_forget(moment now) const;
  void wake_up();
  void lose_sight();
  void begin_run(const std::string& former);
  /// False of a call that only the switch's former run has told of: its id may be another call's by now.
  bool is_of_this_run(const entry& call) const { return call.seen >= run_began_; }
  void await_settlement();
  caf::result<attached> inherit(const attach_request& request);
  void carry_on(const outstanding_hang_up& one);
  void expect_hang_up(const std::string& id, const expected_hang_up& one);
  bool is_young(timestamp asked) const;
  bool keeps_hang_ups() const;
  void found_expected(entry& call, const record_ptr& record);
  void resume(entry& call, const record_ptr& record, timestamp asked);
  void give_up(const std::string& id);
  void give_up_expected();
  void seal_resumed();
  void note_unnamed();
  void leave_calls();
  void forget_left(std::size_t most);
  const std::string& log_name() const { return identity->name.value(); }
  switch_context_ptr shared_context();
  std::string trouble() const;
  bool awaits_snapshot() const { return connection_ && (in_snapshot_ || (!verified_ && !given_up_)); }

  /// Writes a line of the log unless this second has had its lines: the switch causes as many as it likes.
  template <class... Ts>
  void warn(spdlog::format_string_t<Ts...> format, Ts&&... xs) {
    if (const auto more = throttle_.admit(self->clock().now()))
      log::warn(log_name(), "{}{}", fmt::format(format, std::forward<Ts>(xs)...), *more);
  }
  template <class... Ts>
  void info(spdlog::format_string_t<Ts...> format, Ts&&... xs) {
    if (const auto more = throttle_.admit(self->clock().now()))
      log::info(log_name(), "{}{}", fmt::format(format, std::forward<Ts>(xs)...), *more);
  }

  switch_connection_ptr connection_; ///< null while the switch is away
  std::uint64_t session_ = 0;        ///< counts attaches; news of another session is ignored
  std::uint64_t epoch_ = 0;          ///< of connection_
  std::uint32_t bad_in_a_row_ = 0;
  std::uint32_t snapshot_ = 0;  ///< counts snapshots
  std::string run_;             ///< of the switch's process, as its newest hello that named one says
  std::uint32_t run_began_ = 0; ///< what was seen in earlier snapshots is of the run before
  bool in_snapshot_ = false;
  bool unreadable_ = false;    ///< a line since snapshot_begin that may have named any call
  bool resync_wanted_ = false; ///< as soon as it is allowed
  bool verified_ = false;      ///< a snapshot ended since the connection came
  bool settled_ = false;       ///< verified, and accounts show what the snapshot told
  bool synced_ = false;        ///< accounts have shown a whole snapshot since the link began
  bool told_ = false;          ///< accounts have shown one here, or where the calls were taken over from
  bool given_up_ = false;      ///< no snapshot has come in time since the connection came
  bool tick_due_ = false;
  bool proceed_due_ = false;
  bool expiry_due_ = false;
  std::uint64_t term_ = 0; ///< of the newest connection here, among all that the switch had to any node
  bool whole_ = false;     ///< nothing is missing here that the node before had
  bool removed_ = false;   ///< the switch was removed from the configuration
  switch_claim claimed_;   ///< as it was published last
  moment resync_allowed_;
  moment kept_until_; ///< for another node that takes the switch over, everything stays as it told it
  entries calls_;
  std::deque<left_calls> left_; ///< former calls_
  switch_context_ptr shared_;
  std::deque<repeat> repeats_;                   ///< disconnects without an end yet, soonest first
  std::uint32_t last_repeat_ = 0;                ///< number of the last one
  std::deque<end_of_call> ended_;                ///< calls to forget, soonest first; each is still in calls_
  std::size_t ended_count_ = 0;                  ///< of calls_, those that are over
  ended_calls over_{defaults::ended_calls_kept}; ///< that were forgotten
  std::uint64_t refused_ = 0;                    ///< calls since the last snapshot began
  bool overfull_ = false; ///< calls were refused, and no snapshot has ended since without that
  std::optional<sweep> sweep_;
  moment sweep_allowed_;
  std::deque<delivery> waiting_; ///< for the end of the sweep, in order
  moment heard_;                 ///< when the switch last said something of its calls
  name_holders holders_;
  log_throttle throttle_;           ///< of lines that the switch causes
  audit_notes notes_;               ///< for the audit log, of the news that is being worked off
  std::deque<hang_up_order> ahead_; ///< for the next blocks of the audit log
  std::uint32_t blocks_out_ = 0;    ///< that are being written
  bool log_late_ = false;           ///< the last block was not written in time
  std::unordered_map<std::string, expected_hang_up> expected_; ///< by the switch's id
  std::unordered_map<std::string, expected_hang_up> unnamed_;  ///< former expected_: over, and to be noted
  bool giving_up_expected_ = false;
  disconnect_job_ptr resume_job_; ///< of what is sent again after a restart
  std::uint64_t resumed_ = 0;     ///< by this job
  bool resume_over_ = false;      ///< no more calls of this job will come
  std::uint64_t given_up_hang_ups_ = 0;
};

/// Spawns the link of a switch. `auditor` may be null.
link_actor spawn_link(caf::actor_system& system, context_ptr context, const switch_identity& identity,
                      node_actor node, auditor_actor auditor);

} // namespace rollcall
