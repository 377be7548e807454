#include "actors/cluster_view.hpp"
#include "actors/order_time.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/workers/workers.hpp"
#include "domain/base/moment_from.hpp"
#include "domain/calls/switch_claim.hpp"
#include "domain/directory/addressed_account.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace rollcall {

caf::result<node_disconnect_answer> disconnect_worker_state::start(const disconnect_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<node_disconnect_answer>();
  tree_ = answers_.expect(context->node.value());
  self->delayed_send(self, set_times(request_, *context) + defaults::outcome_grace, atom::deadline_v);
  entry_ = context->audit.new_entry();
  auto audit = request_.audit;
  audit.target = cut_for_audit(std::move(audit.target));
  audit_ = std::make_shared<const audit_request>(std::move(audit));
  send_job();
  return promise_;
}

void disconnect_worker_state::send_job() {
  if (context->boottime() >= request_.expires) {
    ++context->metrics.disconnects_expired;
    return refuse(ec::expired, "Too late, nothing sent");
  }
  auto job = std::make_shared<disconnect_job>(disconnect_job{
      request_.scope, request_.call, std::nullopt, request_.directory, disconnect_worker_actor{self}, entry_,
      audit_, self->clock().now(), request_.arrived, request_.expires});
  job->recursive = request_.recursive;
  job->filter = request_.filter;
  if (job->filter)
    job->filter->rules = context->symptoms.rules();
  job->matched_at = context->now();
  if (request_.allowed) {
    const auto found = request_.allowed->find(context->node.value());
    const auto allowed = found != request_.allowed->end() ? found->second : node_allowance{};
    if (allowed.mark.run != context->run)
      return refuse(ec::restarted, "Counted before a restart, nothing sent");
    job->newest = allowed.mark.newest;
    job->matched_at = moment_from(allowed.mark.at);
    job->allowance = std::make_shared<call_allowance>(allowed.calls);
    if (!request_.confirmation.empty()) {
      job->confirmed = context->confirmed.left_of(request_.confirmation, request_.scope, allowed.calls,
                                                  context->boottime());
      if (!job->confirmed)
        return refuse(ec::busy, "Too many dry runs were confirmed, nothing sent");
    }
  }
  const auto& dir = *request_.directory;
  if (request_.account || request_.account_name) {
    const auto found = request_.account ? address(dir, request_.scope, *request_.account)
                                        : address(dir, request_.scope, *request_.account_name);
    if (!found || (!request_.recursive && found->owner != request_.scope)) {
      answers_.answered(tree_);
      settle();
      return;
    }
    unknown_account_ = !found->known;
    job->account = found->key;
    job->account_name = request_.account_name;
    job->scope = found->owner;
  }
  if (request_.customer)
    job->scope = *request_.customer;
  self->send(node, disconnect_job_ptr{std::move(job)});
}

/// Nobody is told to hang anything up.
void disconnect_worker_state::refuse(ec why, const std::string& text) {
  if (std::exchange(settled_, true))
    return;
  log::error("disconnect", "{} {}: {}", request_.audit.method, request_.audit.target, text);
  write_outcome({}, text, true, [this, why] {
    promise_.deliver(caf::make_error(why));
    self->quit();
  });
}

void disconnect_worker_state::expect(std::uint64_t more) {
  answers_.passed_on(tree_, more);
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
  case kind::expired:
    note(outcome.record, disconnect_outcome::expired);
    break;
  case kind::beyond:
    ++beyond_[outcome.record->source().name];
    break;
  case kind::gone:
    break;
  }
  answer_.found = answer_.found || outcome.record;
  answers_.answered(tree_);
  settle();
}

// A call that changed accounts while the job went round may have been asked by both; its second answer is
// `already` unless its switch came or went meanwhile. Sent is sent.
void disconnect_worker_state::note(const record_ptr& record, disconnect_outcome outcome) {
  const auto [known, fresh] = outcomes_.try_emplace(record->id(), record, outcome);
  auto& kept = known->second.second;
  if (!fresh && kept != disconnect_outcome::sent && outcome != disconnect_outcome::already)
    kept = outcome;
}

void disconnect_worker_state::late() {
  if (settled_)
    return;
  ++context->metrics.requests_late;
  answers_.give_up("not in time");
  answer_.unknown = answers_.parties()[tree_].open;
  log::error("disconnect", "{} {}: {} outcomes did not come in time; those calls may have been hung up",
             request_.audit.method, request_.audit.target, answer_.unknown);
  settle();
}

void disconnect_worker_state::settle() {
  if (!answers_.is_over() || std::exchange(settled_, true))
    return;
  auto blocks = take_outcomes();
  const auto idle = !has_sent();
  // The text counts them all; a customer could have the rest written as often as it asks.
  if (idle && blocks.size() > 1)
    blocks.resize(1);
  write_outcome(std::move(blocks), summary(), idle, [this] { finish(); });
}

/// `idle`: nothing was hung up.
void disconnect_worker_state::write_outcome(std::vector<audit_block> blocks, std::string text, bool idle,
                                            const std::function<void()>& then) {
  if (!auditor)
    return then();
  audit_writes writes;
  writes.push_back({entry_, audit_, std::move(blocks), audit_answer{context->now(), std::move(text)}, idle});
  if (!context->audit.admit(bytes_of(writes), audit_room::answers)) {
    context->audit.count_dropped();
    answer_.audited = false;
    return then();
  }
  if (!answer_.audited) { // it was waited for long enough
    caf::anon_send<caf::message_priority::high>(auditor, std::move(writes));
    return then();
  }
  // Ahead of what is noted of calls that ended: there may be very many.
  self->request<caf::message_priority::high>(auditor, caf::duration{defaults::audit_deadline},
                                             std::move(writes))
      .then([then](caf::ok_atom) { then(); },
            [this, then](const caf::error&) {
              context->audit.count_late();
              answer_.audited = false;
              then();
            });
}

// What was sent is in the log already.
std::vector<audit_block> disconnect_worker_state::take_outcomes() {
  std::map<switch_name, switch_outcome> sums;
  std::vector<std::pair<disconnect_outcome, record_ptr>> others;
  switch_outcome* sum = nullptr;
  const switch_identity* of = nullptr; // mostly that of the call before
  for (auto& [id, found] : outcomes_) {
    auto& [record, outcome] = found;
    if (std::exchange(of, &record->source()) != &record->source())
      sum = &sums[record->source().name];
    sum->sent += outcome == disconnect_outcome::sent;
    sum->already += outcome == disconnect_outcome::already;
    sum->failed += outcome == disconnect_outcome::unreachable;
    sum->expired += outcome == disconnect_outcome::expired;
    if (outcome != disconnect_outcome::sent)
      others.emplace_back(outcome, record);
  }
  for (const auto& [beyond_at, calls] : beyond_)
    sums[beyond_at].beyond = calls;
  for (auto& [of_sum, one] : sums) {
    one.name = of_sum.value();
    answer_.switches.push_back(std::move(one));
  }
  std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) {
    return std::pair{a.first, a.second->id()} < std::pair{b.first, b.second->id()};
  });
  std::vector<audit_block> blocks;
  for (auto& [outcome, record] : others) {
    if (blocks.empty() || blocks.back().outcome != outcome
        || blocks.back().calls.size() == defaults::calls_ahead)
      blocks.push_back({outcome, audit_->when, {}});
    blocks.back().calls.push_back(std::move(record));
  }
  outcomes_.clear();
  return blocks;
}

void disconnect_worker_state::finish() {
  if (!answer_.audited) {
    ++context->metrics.audit_failures;
    log::error("disconnect", "{} {} by customer {}: not yet completely in the audit log", audit_->method,
               audit_->target, audit_->who.value());
  }
  promise_.deliver(std::move(answer_));
  self->quit();
}

bool disconnect_worker_state::has_sent() const {
  return std::any_of(answer_.switches.begin(), answer_.switches.end(),
                     [](const auto& one) { return one.sent > 0; });
}

std::string disconnect_worker_state::summary() const {
  std::uint64_t sent = 0;
  std::uint64_t already = 0;
  std::uint64_t failed = 0;
  for (const auto& one : answer_.switches) {
    sent += one.sent;
    already += one.already;
    failed += one.failed + one.expired + one.beyond;
  }
  // As the answer has it: a switch that has not told its calls counts as one that is away.
  const auto untold = untold_switches(sent + already + failed > 0);
  failed += untold.size();
  if (request_.call && sent + already + failed + answer_.unknown == 0)
    return "Call not found or not accessible";
  if (unknown_account_ && !answer_.found && failed + answer_.unknown == 0)
    return "No calls of this account";
  auto text = sent == 0 && failed != 0
                  ? "Nothing sent, " + std::to_string(failed) + " failed"
                  : "OK, " + std::to_string(sent) + " sent, " + std::to_string(failed) + " failed";
  if (answer_.unknown != 0)
    text += ", " + std::to_string(answer_.unknown) + " may have been sent";
  for (const auto& one : untold)
    text += ", switch " + one + " has not told its calls";
  return text;
}

/// Switches of the caller whose calls nobody knows yet, as far as they matter to the request. `found`: some
/// that it means are known.
std::vector<std::string> disconnect_worker_state::untold_switches(bool found) const {
  const auto* whose = request_.directory->find(request_.scope);
  if (!whose || (request_.call && found))
    return {};
  std::vector<node_claims> all{{context->node, context->claims.all()}};
  const auto view = context->cluster.view();
  for (const auto& other : view->members)
    if (other.up)
      all.push_back({node_id{other.name}, other.claims});
  auto names = claim_verdict{all}.unknown(whose->environment);
  if (request_.call)
    std::erase_if(names, [&](const auto& one) { return !request_.call->value().starts_with(one + ':'); });
  return names;
}

namespace {

disconnect_worker_actor::behavior_type
disconnect_worker(disconnect_worker_actor::stateful_pointer<disconnect_worker_state> self,
                  const context_ptr& context, const node_actor& node, const auditor_actor& auditor) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.auditor = auditor;
  return {
      [self](const disconnect_request& request) { return self->state.start(request); },
      one_way{[self](atom::expect, std::uint64_t more) { self->state.expect(more); }},
      one_way{[self](const call_outcome& outcome) { self->state.outcome(outcome); }},
      one_way{[self](atom::unaudited) { self->state.unaudited(); }},
      one_way{[self](atom::deadline) { self->state.late(); }},
  };
}

} // namespace

disconnect_worker_actor spawn_disconnect_worker(caf::actor_system& system, context_ptr context,
                                                node_actor node, auditor_actor auditor) {
  return system.spawn(disconnect_worker, std::move(context), std::move(node), std::move(auditor));
}

} // namespace rollcall
