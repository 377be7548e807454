#include "actors/cluster/list_export.hpp"

#include "actors/cluster/wire_format.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/workers/workers.hpp"
#include "domain/lists/packed_rows.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <utility>

namespace rollcall {

namespace {

struct list_export_state {
  static inline const char* name = "list_export";

  explicit list_export_state(list_exporting_actor::pointer ptr) : self(ptr) {}

  caf::result<wire::list_opening> start(const wire::list_query& query);
  wire::list_batch more();
  void end_if_idle();

  list_exporting_actor::pointer self;
  context_ptr context;
  node_actor node;
  directory_ptr directory;

private:
  void open(call_list_ptr calls);
  wire::list_batch next();

  caf::typed_response_promise<wire::list_opening> promise_;
  wire::list_opening opening_;
  call_list_ptr calls_;
  row_packer packer_;
  bool read_ = false;  ///< somebody has asked for more
  bool asked_ = false; ///< since the last look
};

caf::result<wire::list_opening> list_export_state::start(const wire::list_query& query) {
  promise_ = self->make_response_promise<wire::list_opening>();
  opening_.claims = context->claims.all();
  self->request(spawn_list_worker(self->system(), context, node),
                caf::duration{2 * defaults::gather_deadline},
                list_request{wire::query_from(query, opening_.claims, *directory), directory,
                             wire::time_from(query.now)})
      .then([this](call_list_ptr& calls) { open(std::move(calls)); },
            [this](caf::error& why) {
              promise_.deliver(std::move(why));
              self->quit();
            });
  return promise_;
}

void list_export_state::open(call_list_ptr calls) {
  calls_ = std::move(calls);
  opening_.first = next();
  if (!opening_.first.last) {
    opening_.exporter = wire::list_export_actor{list_exporting_actor{self}};
    asked_ = false;
    self->delayed_send(self, defaults::batch_deadline, caf::tick_atom_v); // whoever reads it asks at once
  }
  promise_.deliver(std::move(opening_));
}

wire::list_batch list_export_state::more() {
  if (!std::exchange(read_, true))
    if (const auto reader = caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()))
      self->monitor(reader);
  asked_ = true;
  return next();
}

wire::list_batch list_export_state::next() {
  wire::list_batch batch;
  call_row row;
  while (packer_.size() < defaults::batch_bytes && !batch.last) {
    if (calls_ && calls_->next(row) == row_source::step::row)
      packer_.pack(row);
    else
      batch.last = true;
  }
  batch.rows = packer_.take();
  if (batch.last) {
    calls_.reset();
    self->quit();
  }
  return batch;
}

void list_export_state::end_if_idle() {
  if (std::exchange(asked_, false))
    self->delayed_send(self, defaults::export_patience, caf::tick_atom_v);
  else
    self->quit();
}

list_exporting_actor::behavior_type
list_export(list_exporting_actor::stateful_pointer<list_export_state> self, const context_ptr& context,
            const node_actor& node, const directory_ptr& dir) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.directory = dir;
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); }); // nobody reads it any more
  return {
      [self](const wire::list_query& query) { return self->state.start(query); },
      [self](atom::more) { return self->state.more(); },
      [self](atom::left) { self->quit(); },
      [self](caf::tick_atom) { self->state.end_if_idle(); },
  };
}

} // namespace

list_exporting_actor spawn_list_export(caf::actor_system& system, context_ptr context, node_actor node,
                                       directory_ptr dir) {
  return system.spawn(list_export, std::move(context), std::move(node), std::move(dir));
}

} // namespace rollcall
