#include "actors/cluster/watch_export.hpp"

#include "actors/cluster/watch_format.hpp"
#include "actors/cluster/wire_format.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/workers/watcher.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace rollcall {

namespace {

using watch_exporting_actor = wire::watch_export_actor::extend<
    // From itself: end, if nobody has asked since the last time.
    caf::reacts_to<caf::tick_atom>>;

struct watch_export_state {
  static inline const char* name = "watch_export";

  explicit watch_export_state(watch_exporting_actor::pointer ptr) : self(ptr) {}

  caf::result<wire::watch_batch> more();
  void end_if_idle();
  void end();

  watch_exporting_actor::pointer self;
  watcher_actor watcher;

private:
  wire::watch_packer packer_;
  bool read_ = false;  ///< somebody has asked
  bool asked_ = false; ///< since the last look
};

caf::result<wire::watch_batch> watch_export_state::more() {
  if (!std::exchange(read_, true))
    if (const auto reader = caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()))
      self->monitor(reader);
  asked_ = true;
  if (packer_.has_more())
    return packer_.next();
  auto promise = self->make_response_promise<wire::watch_batch>();
  self->request(watcher, caf::duration{defaults::batch_deadline}, atom::more_v)
      .then(
          [this, promise](watch_batch_ptr& batch) mutable {
            packer_.begin(std::move(batch));
            promise.deliver(packer_.next());
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

// A stream whose client does not read asks for nothing, and goes on when it does.
void watch_export_state::end_if_idle() {
  if (!std::exchange(asked_, false) && !read_)
    return end();
  self->delayed_send(self, defaults::export_patience, caf::tick_atom_v);
}

void watch_export_state::end() {
  self->send(watcher, atom::left_v);
  self->quit();
}

watch_exporting_actor::behavior_type
watch_export(watch_exporting_actor::stateful_pointer<watch_export_state> self, const context_ptr& context,
             const watcher_actor& watcher) {
  fails_alone(self, context);
  self->state.watcher = watcher;
  self->set_down_handler([self](const caf::down_msg&) { self->state.end(); }); // nobody reads it any more
  self->delayed_send(self, defaults::export_patience, caf::tick_atom_v);
  return {
      [self](atom::more) { return self->state.more(); },
      [self](atom::again, const std::string& of) {
        self->send(self->state.watcher, atom::again_v, switch_name{of});
      },
      [self](atom::left) { self->state.end(); },
      [self](caf::tick_atom) { self->state.end_if_idle(); },
  };
}

} // namespace

wire::watch_export_actor spawn_watch_export(caf::actor_system& system, context_ptr context, node_actor node,
                                            const directory_ptr& dir, const wire::watch_query& query) {
  std::optional<log_place> since;
  if (query.log != 0)
    since = log_place{query.log, query.position};
  auto watcher = spawn_watcher(system, context, std::move(node),
                               {wire::query_from(query.of, {}, *dir), dir, std::nullopt}, since);
  return system.spawn(watch_export, std::move(context), std::move(watcher));
}

} // namespace rollcall
