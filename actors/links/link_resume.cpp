#include "actors/links/link.hpp"
#include "actors/runtime/log.hpp"
#include "domain/base/moment_from.hpp"
#include "domain/calls/same_beginning.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace rollcall {

// Hang-ups that this link has not sent itself: another node did, which the switch has left, or this node
// before a restart. And those that it has sent, of a switch that another node has the switch. A call is the
// same one when it has the same id and began at the same time (same_beginning.hpp). What the switch does not
// name in its next snapshot is over.

namespace {

timestamp moment_of(std::int64_t micros) { return moment_from(micros); }
std::int64_t micros_of(timestamp t) { return t.time_since_epoch().count(); }

} // namespace

/// What the audit log has no end of. The switch has yet to say which calls it still has.
void link_state::resume(const outstanding_hang_ups_ptr& calls) {
  for (const auto& one : *calls)
    if (!calls_.find(one.id))
      expect_hang_up(one.id, {moment_of(one.setup), moment_of(one.asked), true});
  publish_claim();
}

void link_state::expect_hang_up(const std::string& id, const expected_hang_up& one) {
  const auto [at, added] = expected_.try_emplace(id, one);
  if (added)
    return;
  auto& known = at->second;
  const auto is_same = same_beginning(known.setup, one.setup);
  const auto after_restart = known.after_restart && one.after_restart; // else somebody has carried on with it
  if (known.asked < one.asked)
    known = one; // the switch has used the id again
  if (is_same)
    known.after_restart = after_restart;
}

/// Another node was told to hang these up, and the switch has left it, or was elsewhere when that node was
/// started again. The requests were answered there: that it comes to pass is up to this node now. Also when
/// the switch is not here any more: then they are passed on to the node that has it.
caf::result<caf::ok_atom> link_state::carry_on(const outstanding_hang_ups_ptr& calls) {
  if (removed_)
    return caf::make_error(ec::unknown_switch);
  // As many as the switch may have calls: what the sender has not got rid of it keeps.
  if (expected_.size() + calls->size()
      > std::max(context->calls_per_switch.load(), defaults::hang_ups_at_once))
    return caf::make_error(ec::busy);
  for (const auto& one : *calls)
    carry_on(one);
  info("{} hang-ups received from another node", calls->size());
  if (connection_ && verified_ && !in_snapshot_ && !sweep_ && !overfull_)
    give_up_expected(); // what is not here is over
  write_notes();
  publish_claim();
  return caf::ok_atom_v;
}

void link_state::carry_on(const outstanding_hang_up& one) {
  const auto setup = moment_of(one.setup);
  const auto asked = moment_of(one.asked);
  auto* known = calls_.find(one.id);
  if (known)
    end_if_unseen(*known);
  const auto same = known && same_beginning(known->setup, setup);
  if (known && (!same || known->ended)) {
    if (!same || !known->hung_up)
      note(one.id, "ended unseen");
    return;
  }
  if (known && known->repeat != 0)
    return; // it was told before, and the answer was lost
  // While the switch is away, its age is asked when it comes.
  if (one.after_restart && (known || connection_) && !is_young(asked))
    give_up(one.id);
  else if (known)
    repeat_until_end(*known, asked);
  else
    expect_hang_up(one.id, {setup, asked, one.after_restart && !connection_});
}

bool link_state::is_young(timestamp asked) const {
  return context->now() - asked < context->resume_hang_ups.load();
}

bool link_state::keeps_hang_ups() const {
  return !connection_ && !(repeats_.empty() && expected_.empty() && left_.empty());
}

/// Some, for the node that the switch is connected to; they stay here until that one has acknowledged them.
/// None while the switch is here.
outstanding_hang_ups_ptr link_state::hang_ups() {
  auto some = std::make_shared<outstanding_hang_ups>();
  if (connection_)
    return some;
  const auto most = defaults::hang_ups_at_once;
  for (auto n = most; n > 0 && !repeats_.empty() && !find(repeats_.front()); --n)
    repeats_.pop_front(); // over
  for (std::size_t i = 0; i < repeats_.size() && i < most; ++i)
    if (const auto* call = find(repeats_[i]))
      some->push_back({repeats_[i].id, micros_of(call->setup), micros_of(repeats_[i].asked), false});
  for (auto one = expected_.begin(); one != expected_.end() && some->size() < most; ++one)
    some->push_back(
        {one->first, micros_of(one->second.setup), micros_of(one->second.asked), one->second.after_restart});
  publish_claim();
  return some;
}

/// Another node has them now, and its audit log their ends. Unless the switch is here again: then that node
/// gives them back.
void link_state::passed_on(const outstanding_hang_ups_ptr& calls) {
  if (connection_)
    return;
  for (const auto& [id, setup, asked, after_restart] : *calls) {
    if (auto* call = calls_.find(id); call && call->repeat != 0 && micros_of(call->setup) == setup) {
      call->repeat = 0;
      call->hung_up = false;
    }
    if (const auto one = expected_.find(id); one != expected_.end() && micros_of(one->second.setup) == setup
                                             && micros_of(one->second.asked) == asked)
      expected_.erase(one);
  }
  publish_claim();
}

void link_state::give_up(const std::string& id) {
  ++context->metrics.disconnects_given_up;
  note(id, "given up at restart");
}

/// A call has come that has the id of one that is to be hung up.
void link_state::found_expected(entry& call, const record_ptr& record) {
  const auto found = expected_.find(std::string{call.id()});
  if (found == expected_.end())
    return;
  const auto expected = found->second;
  expected_.erase(found);
  if (!same_beginning(expected.setup, call.setup)) {
    note(std::string{call.id()}, "ended unseen"); // and what has its id now is another call
    return;
  }
  if (record->state() == call_state::dead) {
    call.hung_up = true; // its end is noted
    return;
  }
  if (!expected.after_restart) {
    repeat_until_end(call, expected.asked);
    return;
  }
  if (!is_young(expected.asked)) {
    ++given_up_hang_ups_;
    give_up(std::string{call.id()});
  } else if (connection_) {
    resume(call, record, expected.asked);
  } else {
    repeat_until_end(call, expected.asked); // it comes from another node, before the switch does
  }
}

void link_state::resume(entry& call, const record_ptr& record, timestamp asked) {
  if (!resume_job_) {
    disconnect_job job;
    job.entry = context->audit.new_entry();
    job.arrived = job.expires = boot_time::max(); // it was begun in time, before the restart
    audit_request request;
    request.when = context->now();
    request.method = "restart";
    request.target = "switch=" + log_name();
    job.request = std::make_shared<const audit_request>(std::move(request));
    resume_job_ = std::make_shared<const disconnect_job>(std::move(job));
  }
  ++resumed_;
  ++context->metrics.disconnects_resumed;
  order_hang_up({record, resume_job_, call.call, asked});
}

/// The snapshot is complete: what it has not named is over. That is noted some at a time.
void link_state::give_up_expected() {
  if (unnamed_.empty())
    unnamed_.swap(expected_);
  unnamed_.merge(std::exchange(expected_, {}));
  giving_up_expected_ = true;
  note_unnamed();
  proceed_soon();
}

void link_state::note_unnamed() {
  for (auto n = context->calls_at_once.load(); n > 0 && !unnamed_.empty(); --n) {
    note(unnamed_.begin()->first, "ended unseen");
    unnamed_.erase(unnamed_.begin());
  }
  if (!unnamed_.empty() || !std::exchange(giving_up_expected_, false))
    return;
  if (resumed_ + given_up_hang_ups_ > 0)
    log::info(log_name(), "hang-ups from before the restart: {} resent, {} too old", resumed_,
              given_up_hang_ups_);
  given_up_hang_ups_ = 0;
  resume_over_ = true;
  seal_resumed();
}

/// The entry of what is sent again ends when the last of its calls is on its way to the log.
void link_state::seal_resumed() {
  if (!resume_over_ || !ahead_.empty())
    return;
  resume_over_ = false;
  const auto job = std::exchange(resume_job_, nullptr);
  const auto count = std::exchange(resumed_, 0);
  if (!job || !auditor)
    return;
  audit_writes writes;
  writes.push_back({job->entry, job->request, {}, {}, false});
  writes.back().answer = audit_answer{context->now(), "OK, " + std::to_string(count) + " sent again"};
  if (!context->audit.admit(bytes_of(writes), audit_room::answers))
    return context->audit.count_dropped();
  caf::anon_send<caf::message_priority::high>(auditor, std::move(writes));
}

} // namespace rollcall
