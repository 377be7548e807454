#include "actors/failure.hpp"
#include "actors/one_way.hpp"
#include "actors/workers.hpp"

#include <memory>
#include <utility>

namespace rollcall {

caf::result<disconnect_answer> disconnect_worker_state::start(const disconnect_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<disconnect_answer>();
  self->delayed_send(self, defaults::disconnect_deadline, atom::deadline_v);
  if (!auditor) {
    send_job();
    return promise_;
  }
  // Ahead of what is noted of calls that ended: there may be very many.
  self->request<caf::message_priority::high>(auditor, caf::duration{defaults::audit_deadline}, request_.audit)
      .then(
          [this](std::int64_t entry) {
            audit_entry_ = entry;
            send_job();
          },
          [this](caf::error& reason) {
            ++context->metrics.audit_failures;
            log::error("disconnect", "{} {} by customer {} goes on without an audit entry: {}",
                       request_.audit.method, request_.audit.target, request_.audit.who.value(),
                       self->system().render(reason));
            send_job();
          });
  return promise_;
}

void disconnect_worker_state::send_job() {
  auto job = std::make_shared<disconnect_job>(
      disconnect_job{request_.scope, request_.call, std::nullopt, request_.directory,
                     disconnect_worker_actor{self}, self->clock().now()});
  const auto& dir = *request_.directory;
  if (request_.account) {
    const auto* account = dir.find(*request_.account);
    const auto* owner = account ? dir.find(account->customer) : nullptr;
    if (!owner) {
      open_ = 0;
      settle();
      return;
    }
    job->account = account_key{owner->environment, account->id};
    job->scope = owner->id;
  }
  if (request_.customer)
    job->scope = *request_.customer;
  self->send(node, disconnect_job_ptr{std::move(job)});
}

void disconnect_worker_state::expect(std::uint64_t more) {
  open_ += more;
  --open_;
  settle();
}

void disconnect_worker_state::outcome(const call_outcome& outcome) {
  using kind = call_outcome::kind;
  switch (outcome.what) {
  case kind::sent:
    note(outcome.record, disconnect_outcome::sent);
    break;
  case kind::already:
    note(outcome.record, disconnect_outcome::already);
    break;
  case kind::unreachable:
    note(outcome.record, disconnect_outcome::unreachable);
    break;
  case kind::gone:
    break;
  }
  --open_;
  settle();
}

// A call that changed accounts while the job went round may have been asked by both; its second answer is
// `already` unless its switch came or went meanwhile. Sent is sent.
void disconnect_worker_state::note(const record_ptr& record, disconnect_outcome outcome) {
  const auto [known, fresh] = outcomes_.emplace(record->id(), outcome);
  if (!fresh && known->second != disconnect_outcome::sent && outcome != disconnect_outcome::already)
    known->second = outcome;
}

void disconnect_worker_state::late() {
  if (settled_)
    return;
  ++context->metrics.requests_late;
  log::error("disconnect", "{} {}: {} outcomes did not come in time and count as failed",
             request_.audit.method, request_.audit.target, open_);
  answer_.unknown = open_;
  open_ = 0;
  settle();
}

void disconnect_worker_state::settle() {
  if (open_ != 0 || std::exchange(settled_, true))
    return;
  auto calls = take_outcomes();
  if (audit_entry_ == 0) {
    finish();
    return;
  }
  self->request<caf::message_priority::high>(auditor, caf::duration{defaults::audit_deadline}, audit_entry_,
                                             summary(), std::move(calls))
      .then([this](caf::ok_atom) { finish(); },
            [this](caf::error& reason) {
              ++context->metrics.audit_failures;
              log::error("disconnect", "outcome of audit entry {} was not written: {}", audit_entry_,
                         self->system().render(reason));
              finish();
            });
}

// IDs come sorted, and with them the names of their switches.
std::vector<audit_call> disconnect_worker_state::take_outcomes() {
  std::vector<audit_call> calls;
  calls.reserve(outcomes_.size());
  for (auto& [id, outcome] : outcomes_) {
    auto of = id.substr(0, id.find(':'));
    if (answer_.switches.empty() || answer_.switches.back().name != of)
      answer_.switches.push_back({std::move(of)});
    auto& sum = answer_.switches.back();
    sum.sent += outcome == disconnect_outcome::sent;
    sum.already += outcome == disconnect_outcome::already;
    sum.failed += outcome == disconnect_outcome::unreachable;
    calls.push_back({id, outcome});
  }
  outcomes_.clear();
  return calls;
}

void disconnect_worker_state::finish() {
  promise_.deliver(std::move(answer_));
  self->quit();
}

std::string disconnect_worker_state::summary() const {
  std::uint64_t sent = 0;
  std::uint64_t already = 0;
  auto failed = answer_.unknown;
  for (const auto& one : answer_.switches) {
    sent += one.sent;
    already += one.already;
    failed += one.failed;
  }
  if (request_.call && sent + already + failed == 0)
    return "Call not found or not accessible";
  if (sent == 0 && failed != 0)
    return "Nothing sent, " + std::to_string(failed) + " failed";
  return "OK, " + std::to_string(sent) + " sent, " + std::to_string(failed) + " failed";
}

namespace {

disconnect_worker_actor::behavior_type
disconnect_worker(disconnect_worker_actor::stateful_pointer<disconnect_worker_state> self,
                  const context_ptr& context, const node_actor& node, const auditor_actor& auditor) {
  count_failures(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.auditor = auditor;
  return {
      [self](const disconnect_request& request) { return self->state.start(request); },
      one_way{[self](atom::expect, std::uint64_t more) { self->state.expect(more); }},
      one_way{[self](const call_outcome& outcome) { self->state.outcome(outcome); }},
      one_way{[self](atom::deadline) { self->state.late(); }},
  };
}

} // namespace

disconnect_worker_actor spawn_disconnect_worker(caf::actor_system& system, context_ptr context,
                                                node_actor node, auditor_actor auditor) {
  return system.spawn(disconnect_worker, std::move(context), std::move(node), std::move(auditor));
}

} // namespace rollcall
