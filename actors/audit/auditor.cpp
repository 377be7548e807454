#include "actors/audit/auditor.hpp"

#include "actors/runtime/failure.hpp"
#include "domain/audit/audit_limits.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace rollcall {

namespace {

using reply = caf::typed_response_promise<caf::ok_atom>;
using moment = std::chrono::steady_clock::time_point;

struct auditor_state {
  static inline const char* name = "auditor";

  explicit auditor_state(auditor_actor::pointer ptr) : self(ptr) {}

  caf::result<caf::ok_atom> take(audit_writes& writes);
  void take(audit_notes& notes);
  void tick();
  void stop(caf::error reason);

  auditor_actor::pointer self;
  context_ptr context;
  std::shared_ptr<audit_sink> sink;

private:
  struct pending {
    audit_writes writes;
    audit_notes notes;
    std::size_t bytes = 0;
    std::optional<reply> promise; ///< of who waits for it
  };

  void take(pending one);
  void flush();
  bool write(const pending& one);
  void failed(const std::string& why);
  void stop_waiting();
  void tell_loss();
  bool has_room(const audit_write& write, std::size_t bytes);
  void tell_left_out();

  std::deque<pending> waiting_; ///< what is to be written, oldest first
  std::optional<moment> failing_since_;
  moment reminded_;
  audit_limits limits_;
  moment left_out_told_;
};

caf::result<caf::ok_atom> auditor_state::take(audit_writes& writes) {
  auto promise = self->make_response_promise<caf::ok_atom>();
  const auto bytes = bytes_of(writes);
  if (writes.size() == 1 && writes.front().idle && !has_room(writes.front(), bytes)) {
    context->audit.release(bytes);
    promise.deliver(caf::ok_atom_v);
    return promise;
  }
  take({std::move(writes), {}, bytes, promise});
  return promise;
}

/// Whose entry it is: who asked, or under whose rights in trusted mode.
bool auditor_state::has_room(const audit_write& write, std::size_t bytes) {
  const auto customer = write.request->trusted ? write.request->scope : write.request->who;
  if (limits_.admit(customer, bytes, context->audit.daily_limit(), self->clock().now(), context->now()))
    return true;
  context->audit.count_left_out();
  return false;
}

/// One line for each customer that had too many.
void auditor_state::tell_left_out() {
  const auto now = self->clock().now();
  if (now - left_out_told_ < defaults::audit_reminder)
    return;
  left_out_told_ = now;
  audit_notes notes;
  for (const auto& [customer, count] : limits_.take_left_out(now, context->now())) {
    const auto text = "customer " + std::to_string(customer.value()) + ": " + std::to_string(count)
                      + " more requests that hung up nothing are not in the log";
    log::warn("auditor", "{}", text);
    notes.push_back({context->now(), {}, text});
  }
  if (!notes.empty() && context->audit.admit(bytes_of(notes), audit_room::answers))
    take(notes);
}

void auditor_state::take(audit_notes& notes) {
  const auto bytes = bytes_of(notes);
  take({{}, std::move(notes), bytes, std::nullopt});
}

// Who comes while the log has failed for as long as anybody waits need not wait again.
void auditor_state::take(pending one) {
  waiting_.push_back(std::move(one));
  if (!failing_since_)
    flush();
  else if (self->clock().now() - *failing_since_ >= defaults::audit_deadline)
    stop_waiting();
}

void auditor_state::flush() {
  try {
    for (; !waiting_.empty(); waiting_.pop_front()) {
      auto& next = waiting_.front();
      const auto kept = write(next);
      context->audit.release(next.bytes);
      if (!next.promise)
        continue;
      if (kept)
        next.promise->deliver(caf::ok_atom_v);
      else
        next.promise->deliver(caf::make_error(ec::not_audited));
    }
    failing_since_.reset();
    if (context->audit.set_trouble({}, context->now()))
      log::info("auditor", "the audit log can be written again");
  } catch (const std::exception& e) {
    failed(e.what());
  }
  tell_loss();
}

/// False when the log will never take it.
bool auditor_state::write(const pending& one) {
  try {
    if (one.notes.empty())
      sink->write(one.writes);
    else
      sink->note(one.notes);
    return true;
  } catch (const audit_refusal& e) {
    context->audit.count_dropped();
    log::error("auditor", "a part of an entry is left out: {}", e.what());
    return false;
  }
}

void auditor_state::failed(const std::string& why) {
  const auto now = self->clock().now();
  if (!failing_since_)
    failing_since_ = now;
  if (context->audit.set_trouble(why, context->now()) || now - reminded_ >= defaults::audit_reminder) {
    reminded_ = now;
    log::error("auditor", "the audit log cannot be written, {} bytes wait in memory: {}",
               context->audit.status().waiting_bytes, why);
  }
}

void auditor_state::stop_waiting() {
  for (auto& one : waiting_)
    if (auto promise = std::exchange(one.promise, std::nullopt))
      promise->deliver(caf::make_error(ec::not_audited));
}

void auditor_state::tell_loss() {
  if (const auto loss = sink->take_loss()) {
    context->audit.set_loss(*loss, context->now());
    log::error("auditor", "the audit log's file was lost: {}; a new one is written in its place", *loss);
  }
}

void auditor_state::tick() {
  self->delayed_send(self, defaults::audit_check_interval, caf::tick_atom_v);
  tell_left_out();
  try {
    sink->check();
  } catch (const std::exception& e) {
    failed(e.what());
    tell_loss();
    if (self->clock().now() - *failing_since_ >= defaults::audit_deadline)
      stop_waiting();
    return;
  }
  flush();
}

void auditor_state::stop(caf::error reason) {
  flush();
  if (!waiting_.empty())
    log::error("auditor", "stopped with {} parts of entries that could not be written", waiting_.size());
  self->quit(std::move(reason));
}

auditor_actor::behavior_type auditor_behavior(auditor_actor::stateful_pointer<auditor_state> self,
                                              const context_ptr& context,
                                              const std::shared_ptr<audit_sink>& sink) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.sink = sink;
  self->set_exit_handler([self](caf::exit_msg& message) { self->state.stop(std::move(message.reason)); });
  self->delayed_send(self, defaults::audit_check_interval, caf::tick_atom_v);
  return {
      [self](audit_writes& writes) { return self->state.take(writes); },
      [self](audit_notes& notes) { self->state.take(notes); },
      [self](caf::tick_atom) { self->state.tick(); },
  };
}

} // namespace

auditor_actor spawn_auditor(caf::actor_system& system, context_ptr context, std::shared_ptr<audit_sink> sink,
                            bool own_thread) {
  return own_thread ? system.spawn<caf::detached>(auditor_behavior, std::move(context), std::move(sink))
                    : system.spawn(auditor_behavior, std::move(context), std::move(sink));
}

} // namespace rollcall
