#include "actors/cluster/list_import.hpp"

#include "actors/runtime/failure.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace rollcall {

namespace {

using list_import_actor = caf::typed_actor<
    // Where the rows go. From whoever has spawned it, before anything else.
    caf::reacts_to<std::weak_ptr<row_inbox>>,
    // There is room for another batch. From the inbox.
    caf::reacts_to<atom::more>,
    // Nobody reads them any more. From the inbox.
    caf::reacts_to<atom::left>>;

struct list_import_state {
  static inline const char* name = "list_import";

  explicit list_import_state(list_import_actor::pointer ptr) : self(ptr) {}

  void begin(std::weak_ptr<row_inbox> into);
  void fetch();
  void take(wire::list_batch& batch);
  void lose(const std::string& why);
  void end();

  list_import_actor::pointer self;
  wire::list_export_actor exporter;

private:
  std::weak_ptr<row_inbox> inbox_;
  bool ended_ = false;
};

void list_import_state::begin(std::weak_ptr<row_inbox> into) {
  inbox_ = std::move(into);
  self->monitor(exporter);
  for (std::size_t i = 1; i < defaults::batches_ahead; ++i) // the opening was one
    fetch();
}

void list_import_state::fetch() {
  if (ended_)
    return;
  self->request(exporter, caf::duration{defaults::batch_deadline}, atom::more_v)
      .then([this](wire::list_batch& batch) { take(batch); },
            [this](const caf::error& why) { lose(self->system().render(why)); });
}

void list_import_state::take(wire::list_batch& batch) {
  const auto inbox = inbox_.lock();
  if (!inbox || ended_)
    return end();
  inbox->push(std::move(batch.rows));
  if (!batch.last)
    return;
  inbox->finish();
  ended_ = true;
  self->quit();
}

void list_import_state::lose(const std::string& why) {
  if (const auto inbox = inbox_.lock(); inbox && !ended_)
    inbox->fail(why);
  end();
}

void list_import_state::end() {
  if (!std::exchange(ended_, true))
    self->send(exporter, atom::left_v);
  self->quit();
}

list_import_actor::behavior_type list_import(list_import_actor::stateful_pointer<list_import_state> self,
                                             const context_ptr& context,
                                             const wire::list_export_actor& exporter) {
  fails_alone(self, context);
  self->state.exporter = exporter;
  self->set_down_handler([self](const caf::down_msg&) { self->state.lose("the node is gone"); });
  return {
      [self](std::weak_ptr<row_inbox>& into) { self->state.begin(std::move(into)); },
      [self](atom::more) { self->state.fetch(); },
      [self](atom::left) { self->state.end(); },
  };
}

} // namespace

std::shared_ptr<row_source> import_rows(caf::actor_system& system, context_ptr context, node_id from,
                                        wire::list_opening opening) {
  row_inbox::events tell;
  list_import_actor import;
  if (!opening.first.last) {
    import = system.spawn(list_import, std::move(context), std::move(opening.exporter));
    tell.taken = [import] { caf::anon_send(import, atom::more_v); };
    tell.dropped = [import] { caf::anon_send(import, atom::left_v); };
  }
  auto inbox = std::make_shared<row_inbox>(std::move(from), std::move(tell));
  inbox->push(std::move(opening.first.rows));
  if (import)
    caf::anon_send(import, std::weak_ptr<row_inbox>{inbox});
  else
    inbox->finish();
  return inbox;
}

} // namespace rollcall

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::weak_ptr<rollcall::row_inbox>)
