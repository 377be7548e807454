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
#include <string>
#include <utility>

namespace rollcall {

namespace {

using allowances = std::map<std::string, node_allowance>;

/// What a preview that is confirmed means now.
struct recount {
  allowances allowed;      ///< of the nodes that have counted again: what was counted then, and is there now
  std::uint64_t calls = 0; ///< in all
  std::uint64_t moved = 0; ///< calls that may be among those that were counted, on a node that had them not
  std::string beyond;      ///< a switch with more calls than were counted; empty: there is none
};

recount counted_again(const allowances& before, cluster_preview_answer& told) {
  recount found;
  std::map<std::string, std::uint64_t> gone; ///< by switch
  for (const auto& [node, then] : before)
    for (const auto& [of, calls] : then.calls)
      gone[of] += calls;
  for (auto& [node, now] : told.nodes) {
    auto& allowed = found.allowed[node];
    allowed.mark = now.mark;
    const auto at = before.find(node);
    if (at == before.end())
      continue; // it is asked all the same, and may hang up nothing
    for (const auto& [of, calls] : now.calls) {
      const auto then = at->second.calls.find(of);
      if (then == at->second.calls.end())
        continue; // its switch was away, or had none
      if (calls > then->second)
        found.beyond = of;
      allowed.calls.emplace(of, calls);
      found.calls += calls;
      gone[of] -= std::min(gone[of], calls);
    }
  }
  for (const auto& [of, calls] : told.moved)
    found.moved += std::min(gone[of], calls);
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

/// What a confirmation may hang up is what was counted for it and is there still.
void held_disconnect_state::counted(cluster_preview_answer& told) {
  if (!is_confirmed()) {
    if (auto why = exceeded(request_.limits, told.calls.reachable))
      return fail(caf::make_error(ec::out_of_bounds, std::move(*why)));
    request_.allowed = std::move(told.nodes);
    return send(0);
  }
  auto counts = counted_again(*request_.allowed, told);
  if (!counts.beyond.empty())
    return fail(caf::make_error(ec::out_of_bounds, "More calls of switch " + counts.beyond
                                                       + " match than the dry run has counted"));
  if (auto why = exceeded(request_.limits, counts.calls))
    return fail(caf::make_error(ec::out_of_bounds, std::move(*why)));
  request_.allowed = std::move(counts.allowed);
  send(counts.moved);
}

/// `moved`: calls that were counted, and are now on nodes that may not hang them up.
void held_disconnect_state::send(std::uint64_t moved) {
  self->request(spawn_cluster_disconnect(self->system(), context, node, auditor),
                caf::duration{2 * (request_.expires - request_.arrived)}, request_)
      .then(
          [this, moved](cluster_disconnect_answer& done) {
            done.failed += moved;
            done.found = done.found || moved > 0;
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
