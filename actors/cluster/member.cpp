#include "actors/cluster/member.hpp"

#include "actors/cluster/counts_export.hpp"
#include "actors/cluster/list_export.hpp"
#include "actors/cluster/watch_export.hpp"
#include "actors/cluster/wire_format.hpp"
#include "actors/history/minute_parts.hpp"
#include "actors/order_time.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/workers/tally_sum.hpp"
#include "actors/workers/workers.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

struct member_actor_state {
  static inline const char* name = "member";

  explicit member_actor_state(member_host_actor::pointer ptr) : self(ptr) {}

  caf::result<wire::list_opening> list(const wire::list_query& query);
  caf::result<wire::watch_opening> watch(const wire::watch_query& query);
  caf::result<wire::counts> stats(const wire::stats_query& query);
  caf::result<wire::preview_answer> preview(const wire::preview_query& query);
  caf::result<wire::disconnect_answer> disconnect(const wire::disconnect_order& order);

  caf::result<released> release(const switch_name& of, std::uint64_t epoch, const switch_host& host);
  caf::result<caf::ok_atom> drain(std::int64_t expires);

  void take(const directory_ptr& dir);
  void take(wire::history_part& part);

  member_host_actor::pointer self;
  context_ptr context;
  node_actor node;
  auditor_actor auditor;
  history_writer_actor history;
  cluster_actor cluster;
  directory_ptr directory;
};

caf::result<wire::list_opening> member_actor_state::list(const wire::list_query& query) {
  if (!directory)
    return caf::make_error(ec::too_late);
  return self->delegate(spawn_list_export(self->system(), context, node, directory), query);
}

caf::result<wire::watch_opening> member_actor_state::watch(const wire::watch_query& query) {
  if (!directory)
    return caf::make_error(ec::too_late);
  return wire::watch_opening{spawn_watch_export(self->system(), context, node, directory, query)};
}

// The claims are taken before anything is gathered: what they say is then surely in it.
caf::result<wire::counts> member_actor_state::stats(const wire::stats_query& query) {
  if (!directory)
    return caf::make_error(ec::too_late);
  auto promise = self->make_response_promise<wire::counts>();
  auto claims = context->claims.all();
  auto events = query.by_switch ? wire::events_of(claims, context->meters.recent(self->clock().now()))
                                : std::vector<std::uint32_t>{};
  self->request(spawn_stats_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline},
                stats_request{customer_id{query.scope}, query.recursive, directory})
      .then(
          [this, promise, claims = std::move(claims), by_switch = query.by_switch,
           limits_by = query.limits_by == directory->hash() ? directory : nullptr,
           events = std::move(events)](const stats_by_account& accounts) mutable {
            auto told = wire::counts_of(by_switch   ? one_account(accounts)
                                        : limits_by ? limited_stats(accounts, *limits_by)
                                                    : accounts,
                                        std::move(claims));
            told.events = std::move(events);
            // A message that is too long would cost the connection.
            if (told.first.accounts.size() > defaults::counts_at_once) {
              auto all = std::move(told.first.accounts);
              told.first = next_batch(all);
              told.exporter = spawn_counts_export(self->system(), context, std::move(all));
            }
            promise.deliver(std::move(told));
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<wire::disconnect_answer> member_actor_state::disconnect(const wire::disconnect_order& order) {
  const auto refuse = [&](ec code, std::string_view why) {
    log::warn("disconnect", "{} {} of node {} is refused: {}", order.method, order.target, order.asked, why);
    return caf::make_error(code);
  };
  // By another directory the same numbers may be somebody else's.
  if (!directory || directory->hash() != order.directory)
    return refuse(ec::other_directory, "it was understood by another directory");
  const auto now = context->boottime();
  auto asked = wire::request_from(order, context->node, directory);
  asked.expires = std::min(asked.expires, now + longest_order);
  const auto left = asked.expires - now;
  // One that does not say when it was given would count as given now.
  if (left <= boot_clock::duration{0} || asked.arrived == boot_time{}) {
    ++context->metrics.disconnects_expired;
    return refuse(ec::expired, "it came too late");
  }
  auto promise = self->make_response_promise<wire::disconnect_answer>();
  auto claims = context->claims.all();
  self->request(spawn_disconnect_worker(self->system(), context, node, auditor),
                caf::duration{left + defaults::disconnect_grace}, std::move(asked))
      .then(
          [promise, claims = std::move(claims)](node_disconnect_answer& told) mutable {
            promise.deliver(wire::disconnect_answer{std::move(claims), std::move(told.switches), told.unknown,
                                                    told.audited, told.found});
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<wire::preview_answer> member_actor_state::preview(const wire::preview_query& query) {
  // By another directory the same numbers may be somebody else's.
  if (!directory || directory->hash() != query.of.directory)
    return caf::make_error(ec::other_directory);
  auto promise = self->make_response_promise<wire::preview_answer>();
  auto claims = context->claims.all();
  self->request(spawn_preview_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline},
                wire::request_from(query, context->node, directory))
      .then(
          [promise, claims = std::move(claims)](node_preview& told) mutable {
            promise.deliver(
                wire::preview_answer{std::move(claims), told.mark, std::move(told.switches), told.found});
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

/// A node that inherits the switch comes with an epoch that no switch has; it may come too late for that.
caf::result<released> member_actor_state::release(const switch_name& of, std::uint64_t epoch,
                                                  const switch_host& host) {
  if (epoch >= epoch_bound && !context->cluster.view()->draining)
    return caf::make_error(ec::expired);
  return self->delegate(node, atom::release_v, of, epoch, host);
}

/// Whoever ordered it may have been told long ago that this node did not answer.
caf::result<caf::ok_atom> member_actor_state::drain(std::int64_t expires) {
  if (context->boottime() >= wire::boot_time_from(expires)) {
    log::warn("cluster", "an order to drain arrived after its deadline");
    return caf::make_error(ec::expired);
  }
  return self->delegate(cluster, atom::drain_v, true);
}

void member_actor_state::take(const directory_ptr& dir) {
  directory = dir;
  if (cluster)
    self->send(cluster, dir);
}

void member_actor_state::take(wire::history_part& part) {
  if (history && context->history.admit(bytes_of(part)))
    self->send(history, std::move(part));
  else
    ++context->metrics.history_minutes_dropped;
}

member_host_actor::behavior_type member(member_host_actor::stateful_pointer<member_actor_state> self,
                                        const context_ptr& context, const node_actor& node,
                                        const auditor_actor& auditor, const history_writer_actor& history) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.auditor = auditor;
  self->state.history = history;
  return {
      [self](atom::joined, wire::node_identity& theirs, caf::strong_actor_ptr& theirs_too) {
        return self->delegate(self->state.cluster, atom::joined_v, std::move(theirs), std::move(theirs_too));
      },
      [self](atom::ping, wire::heartbeat& theirs) {
        return self->delegate(self->state.cluster, atom::ping_v, std::move(theirs));
      },
      [self](const wire::list_query& query) { return self->state.list(query); },
      [self](const wire::watch_query& query) { return self->state.watch(query); },
      [self](const wire::stats_query& query) { return self->state.stats(query); },
      [self](const wire::preview_query& query) { return self->state.preview(query); },
      [self](const wire::disconnect_order& order) { return self->state.disconnect(order); },
      [self](atom::release, const std::string& of, std::uint64_t epoch, const switch_host& host) {
        return self->state.release(switch_name{of}, epoch, host);
      },
      [self](atom::inherit, const std::string& from, const std::string& of) {
        return self->delegate(self->state.cluster, atom::inherit_v, from, of);
      },
      [self](atom::resume, const std::string& of, outstanding_hang_ups& calls) {
        return self->delegate(self->state.node, atom::inherit_v, switch_name{of},
                              std::make_shared<const outstanding_hang_ups>(std::move(calls)));
      },
      [self](atom::drain, std::int64_t expires) { return self->state.drain(expires); },
      [self](wire::history_part& part) { self->state.take(part); },
      [self](const directory_ptr& dir) { self->state.take(dir); },
      [self](cluster_actor& cluster) { self->state.cluster = std::move(cluster); },
  };
}

} // namespace

member_host_actor spawn_member(caf::actor_system& system, context_ptr context, node_actor node,
                               auditor_actor auditor, bool own_thread, history_writer_actor history) {
  return own_thread ? system.spawn<caf::detached>(member, std::move(context), std::move(node),
                                                  std::move(auditor), std::move(history))
                    : system.spawn(member, std::move(context), std::move(node), std::move(auditor),
                                   std::move(history));
}

} // namespace rollcall
