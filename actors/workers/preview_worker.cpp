#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/workers/workers.hpp"
#include "domain/base/moment_from.hpp"

#include <utility>

namespace rollcall {

namespace {

/// Everything that a disconnect means, in any state: there may be such calls, though none that can be hung
/// up.
call_query query_of(const disconnect_request& request) {
  call_query query;
  query.scope = request.customer ? *request.customer : request.scope;
  query.recursive = request.recursive;
  query.account = request.account;
  query.account_name = request.account_name;
  query.filter = request.filter.value_or(call_filter{});
  if (request.call)
    query.filter.only = std::make_shared<call_filter::ids>(call_filter::ids{request.call->value()});
  return query;
}

} // namespace

caf::result<node_preview> preview_worker_state::start(const preview_request& request) {
  const auto at = request.at == timestamp{} ? context->now() : request.at;
  // Before anything is gathered: a call that comes meanwhile is none that was there.
  answer_.mark = {context->run, call_record::newest_serial(), at.time_since_epoch().count()};
  if (request.of.allowed) {
    const auto counted = request.of.allowed->find(context->node.value());
    if (counted == request.of.allowed->end()
        || counted->second.mark.run == 0) // as it comes from another node
      answer_.mark.newest = 0;
    else if (counted->second.mark.run == context->run)
      answer_.mark = counted->second.mark;
    else {
      self->quit();
      return caf::make_error(ec::restarted);
    }
  }
  promise_ = self->make_response_promise<node_preview>();
  counter_.emplace(answer_.mark);
  self->request(spawn_list_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline},
                list_request{query_of(request.of), request.of.directory, moment_from(answer_.mark.at)})
      .then(
          [this](call_list_ptr& calls) {
            calls_ = std::move(calls);
            proceed();
          },
          [this](caf::error& why) {
            promise_.deliver(std::move(why));
            self->quit();
          });
  return promise_;
}

void preview_worker_state::proceed() {
  call_row row;
  for (auto n = defaults::rows_counted_at_once; n > 0; --n) {
    if (calls_->next(row) == row_source::step::row) {
      counter_->add(row);
      continue;
    }
    answer_.found = counter_->found();
    answer_.switches = counter_->take();
    promise_.deliver(std::move(answer_));
    self->quit();
    return;
  }
  self->send(self, atom::proceed_v);
}

namespace {

preview_worker_actor::behavior_type
preview_worker(preview_worker_actor::stateful_pointer<preview_worker_state> self, const context_ptr& context,
               const node_actor& node) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  return {
      [self](const preview_request& request) { return self->state.start(request); },
      one_way{[self](atom::proceed) { self->state.proceed(); }},
  };
}

} // namespace

preview_worker_actor spawn_preview_worker(caf::actor_system& system, context_ptr context, node_actor node) {
  return system.spawn(preview_worker, std::move(context), std::move(node));
}

} // namespace rollcall
