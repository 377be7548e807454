#include "actors/member.hpp"

#include "actors/failure.hpp"
#include "actors/list_export.hpp"
#include "actors/wire_format.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace rollcall {

namespace {

struct member_actor_state {
  static inline const char* name = "member";

  explicit member_actor_state(member_host_actor::pointer ptr) : self(ptr) {}

  caf::result<wire::list_opening> list(const wire::list_query& query);
  caf::result<wire::counts> stats(const wire::stats_query& query);
  caf::result<wire::disconnect_report> disconnect(const wire::disconnect_order& order);

  member_host_actor::pointer self;
  context_ptr context;
  local_front_actor front;
  node_actor node;
  cluster_actor cluster;
  directory_ptr directory;
};

caf::result<wire::list_opening> member_actor_state::list(const wire::list_query& query) {
  if (!directory)
    return caf::make_error(ec::too_late);
  return self->delegate(spawn_list_export(self->system(), context, front, directory), query);
}

// The claims are taken before anything is gathered: what they say is then surely in it.
caf::result<wire::counts> member_actor_state::stats(const wire::stats_query& query) {
  if (!directory)
    return caf::make_error(ec::too_late);
  auto promise = self->make_response_promise<wire::counts>();
  auto claims = context->claims.all();
  self->request(front, caf::duration{2 * defaults::gather_deadline},
                stats_request{customer_id{query.scope}, query.recursive, directory})
      .then(
          [promise, claims = std::move(claims)](const stats_answer& accounts) mutable {
            auto told = wire::counts_of(accounts, std::move(claims));
            // One that is too long for a message would cost the connection.
            if (told.accounts.size() > defaults::most_counts)
              promise.deliver(caf::make_error(ec::too_late));
            else
              promise.deliver(std::move(told));
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<wire::disconnect_report> member_actor_state::disconnect(const wire::disconnect_order& order) {
  if (!directory)
    return caf::make_error(ec::too_late);
  auto promise = self->make_response_promise<wire::disconnect_report>();
  auto claims = context->claims.all();
  self->request(front, caf::duration{defaults::disconnect_patience}, wire::request_from(order, directory))
      .then(
          [promise, claims = std::move(claims)](disconnect_answer& told) mutable {
            promise.deliver(
                wire::disconnect_report{std::move(claims), std::move(told.switches), told.unknown});
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

member_host_actor::behavior_type member(member_host_actor::stateful_pointer<member_actor_state> self,
                                        const context_ptr& context, const local_front_actor& front,
                                        const node_actor& node) {
  count_failures(self, context);
  self->state.context = context;
  self->state.front = front;
  self->state.node = node;
  return {
      [self](atom::joined, wire::card& theirs, caf::strong_actor_ptr& theirs_too) {
        return self->delegate(self->state.cluster, atom::joined_v, std::move(theirs), std::move(theirs_too));
      },
      [self](atom::ping, wire::news& theirs) {
        return self->delegate(self->state.cluster, atom::ping_v, std::move(theirs));
      },
      [self](const wire::list_query& query) { return self->state.list(query); },
      [self](const wire::stats_query& query) { return self->state.stats(query); },
      [self](const wire::disconnect_order& order) { return self->state.disconnect(order); },
      [self](atom::release, const std::string& of, std::uint64_t epoch) {
        return self->delegate(self->state.node, atom::release_v, switch_name{of}, epoch);
      },
      [self](directory_ptr& dir) { self->state.directory = std::move(dir); },
      [self](cluster_actor& cluster) { self->state.cluster = std::move(cluster); },
  };
}

} // namespace

member_host_actor spawn_member(caf::actor_system& system, context_ptr context, local_front_actor front,
                               node_actor node, bool own_thread) {
  return own_thread
             ? system.spawn<caf::detached>(member, std::move(context), std::move(front), std::move(node))
             : system.spawn(member, std::move(context), std::move(front), std::move(node));
}

} // namespace rollcall
