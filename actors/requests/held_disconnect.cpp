#include "actors/order_time.hpp"
#include "actors/requests/cluster_queries.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/priority.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace rollcall {

namespace {

/// What a preview that is confirmed means now.
struct recount {
  std::uint64_t calls = 0; ///< of those that were counted, as many as match
  std::uint64_t moved = 0; ///< calls that may be among them, on a node where their switch was not then
  std::string beyond;      ///< a switch with more calls than were counted
};

using allowances = std::map<std::string, node_allowance>;

std::uint64_t calls_of(const allowances& counted, const std::string& node, const std::string& of) {
  const auto at = counted.find(node);
  if (at == counted.end())
    return 0;
  const auto found = at->second.calls.find(of);
  return found == at->second.calls.end() ? 0 : found->second;
}

recount counted_again(const allowances& before, const cluster_preview_answer& told) {
  recount found;
  auto elsewhere = told.later;
  std::set<std::string> stayed;
  for (const auto& [node, now] : told.nodes)
    for (const auto& [of, calls] : now.calls) {
      const auto then = calls_of(before, node, of);
      if (then == 0) { // it was not there, or could not be reached
        elsewhere[of] += calls;
        continue;
      }
      stayed.insert(of);
      found.calls += calls;
      if (calls > then)
        found.beyond = of;
    }
  for (const auto& [of, calls] : elsewhere) {
    std::uint64_t then = 0;
    if (!stayed.contains(of))
      for (const auto& [node, counted] : before)
        then += calls_of(before, node, of);
    found.moved += std::min(then, calls);
  }
  return found;
}

struct held_disconnect_state {
  static inline const char* name = "held_disconnect";

  explicit held_disconnect_state(held_disconnect_actor::pointer ptr) : self(ptr) {}

  caf::result<cluster_disconnect_answer> start(const disconnect_request& request);

  held_disconnect_actor::pointer self;
  context_ptr context;
  node_actor node;
  auditor_actor auditor;

private:
  bool is_confirmed() const { return !request_.confirmation.empty(); }
  void counted(cluster_preview_answer& told);
  void send(std::uint64_t moved);
  void fail(caf::error why);

  disconnect_request request_;
  caf::typed_response_promise<cluster_disconnect_answer> promise_;
};

/// The order is as old as the request: what it takes to count is taken off its time.
caf::result<cluster_disconnect_answer> held_disconnect_state::start(const disconnect_request& request) {
  request_ = request;
  promise_ = self->make_response_promise<cluster_disconnect_answer>();
  set_times(request_, *context);
  // A node that does not answer must not cost the order its time with the others.
  const auto patience = std::min<boot_clock::duration>((request_.expires - context->boottime()) / 2,
                                                       2 * defaults::gather_deadline);
  self->request(spawn_cluster_preview(self->system(), context, node),
                caf::duration{std::max<boot_clock::duration>(patience, std::chrono::milliseconds{1})},
                preview_request{request_})
      .then([this](cluster_preview_answer& told) { counted(told); },
            [this](caf::error& why) {
              if (why == ec::out_of_bounds)
                return fail(std::move(why));
              fail(caf::make_error(ec::not_counted, why == ec::node_missing ? "nodes are missing"
                                                                            : self->system().render(why)));
            });
  return promise_;
}

/// What a confirmation may hang up is what was counted for it, and stays so.
void held_disconnect_state::counted(cluster_preview_answer& told) {
  if (!is_confirmed()) {
    if (auto why = exceeded(request_.limits, told.calls.reachable))
      return fail(caf::make_error(ec::out_of_bounds, std::move(*why)));
    request_.allowed = std::move(told.nodes);
    return send(0);
  }
  const auto counts = counted_again(*request_.allowed, told);
  if (!counts.beyond.empty())
    return fail(caf::make_error(ec::out_of_bounds, "More calls of switch " + counts.beyond
                                                       + " match than the preview has counted"));
  if (auto why = exceeded(request_.limits, counts.calls))
    return fail(caf::make_error(ec::out_of_bounds, std::move(*why)));
  // One that was no part of the preview is asked all the same, and may hang up nothing.
  for (const auto& [node_name, now] : told.nodes)
    request_.allowed->try_emplace(node_name, node_allowance{now.mark, {}});
  send(counts.moved);
}

/// `moved`: calls that were counted, and are now on nodes that may not hang them up.
void held_disconnect_state::send(std::uint64_t moved) {
  self->request(spawn_cluster_disconnect(self->system(), context, node, auditor),
                caf::duration{2 * (request_.expires - request_.arrived)}, request_)
      .then(
          [this, moved](cluster_disconnect_answer& done) {
            done.failed += moved;
            promise_.deliver(std::move(done));
            self->quit();
          },
          [this](caf::error& why) { fail(std::move(why)); });
}

void held_disconnect_state::fail(caf::error why) {
  promise_.deliver(std::move(why));
  self->quit();
}

held_disconnect_actor::behavior_type
held_disconnect(held_disconnect_actor::stateful_pointer<held_disconnect_state> self,
                const context_ptr& context, const node_actor& node, const auditor_actor& auditor) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.auditor = auditor;
  return {[self](const disconnect_request& request) { return self->state.start(request); }};
}

} // namespace

held_disconnect_actor spawn_held_disconnect(caf::actor_system& system, context_ptr context, node_actor node,
                                            auditor_actor auditor) {
  return spawn_with(priority::high, system, held_disconnect, std::move(context), std::move(node),
                    std::move(auditor));
}

} // namespace rollcall
