#include "actors/link.hpp"
#include "actors/log.hpp"
#include "domain/same_beginning.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rollcall {

// Hang-ups that this link has not sent itself: another node did, which the switch has left, or this node
// before a restart. A call is the same one when it has the same id and began at the same time
// (same_beginning.hpp). What the switch does not name in its next snapshot is over.

namespace {

timestamp moment_of(std::int64_t micros) { return timestamp{std::chrono::microseconds{micros}}; }

} // namespace

/// The requests to hang these calls up were answered by the node before: that it comes to pass is up to this
/// one now.
void link_state::take_over_hang_ups(const outstanding_hang_ups& calls) {
  for (const auto& [id, setup, asked] : calls) {
    auto* found = calls_.find(id);
    if (found)
      end_if_unseen(*found);
    if (!found) {
      expected_.insert_or_assign(id, expected_hang_up{moment_of(setup), moment_of(asked), false});
      continue;
    }
    if (!found->ended && found->repeat == 0 && same_beginning(found->setup, moment_of(setup)))
      repeat_until_end(*found, moment_of(asked));
  }
}

/// What the audit log has no end of. The switch has yet to say which calls it still has.
void link_state::resume(const outstanding_hang_ups_ptr& calls) {
  for (const auto& [id, setup, asked] : *calls) {
    if (calls_.find(id))
      continue;
    const expected_hang_up one{moment_of(setup), moment_of(asked), true};
    const auto [known, added] = expected_.try_emplace(id, one);
    if (!added && known->second.asked < one.asked)
      known->second = one; // the switch has used the id again
  }
}

/// Another node was told to hang these up before it was restarted; meanwhile the switch has come here, and
/// was not asked of that node.
caf::result<caf::ok_atom> link_state::carry_on(const outstanding_hang_ups_ptr& calls) {
  if (!connection_)
    return caf::make_error(ec::unknown_switch);
  outstanding_hang_ups young;
  for (const auto& one : *calls)
    if (context->now() - moment_of(one.asked) < context->resume_hang_ups.load())
      young.push_back(one);
    else
      give_up(one.id);
  log::info(who(), "{} hang-ups come from a node that was restarted, {} more were asked for too long ago",
            young.size(), calls->size() - young.size());
  take_over_hang_ups(young);
  if (verified_ && !in_snapshot_)
    settle_expected(); // what is not here is over
  write_notes();
  return caf::ok_atom_v;
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
  if (context->now() - expected.asked < context->resume_hang_ups.load()) {
    resume(call, record, expected.asked);
    return;
  }
  ++given_up_hang_ups_;
  give_up(std::string{call.id()});
}

void link_state::resume(entry& call, const record_ptr& record, timestamp asked) {
  if (!resume_job_) {
    disconnect_job job;
    job.entry = context->audit.new_entry();
    job.arrived = job.expires = boot_time::max(); // it was begun in time, before the restart
    audit_request request;
    request.when = context->now();
    request.method = "restart";
    request.target = "switch=" + who();
    job.request = std::make_shared<const audit_request>(std::move(request));
    resume_job_ = std::make_shared<const disconnect_job>(std::move(job));
  }
  ++resumed_;
  ++context->metrics.disconnects_resumed;
  order_hang_up({record, resume_job_, call.call, asked});
}

/// The snapshot is complete: what it has not named is over.
void link_state::settle_expected() {
  for (const auto& [id, expected] : std::exchange(expected_, {}))
    note(id, "ended unseen");
  if (resumed_ + given_up_hang_ups_ > 0)
    log::info(who(), "hang-ups from before the restart: {} are sent again, {} were asked for too long ago",
              resumed_, given_up_hang_ups_);
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
