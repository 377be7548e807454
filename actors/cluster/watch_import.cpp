#include "actors/cluster/watch_import.hpp"

#include "actors/cluster/watch_format.hpp"
#include "actors/cluster/wire_format.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

struct watch_import_state {
  static inline const char* name = "watch_import";

  explicit watch_import_state(watcher_actor::pointer ptr) : self(ptr) {}

  void begin(const wire::member_actor& member, wire::watch_query query);
  caf::result<watch_batch_ptr> more();
  void again(const switch_name& of);
  void lost() { fail(caf::make_error(caf::sec::remote_linking_failed)); }
  void end();
  const wire::watch_export_actor& exporter() const { return exporter_; }

  watcher_actor::pointer self;
  std::unique_ptr<wire::watch_unpacker> unpacker;

private:
  void fetch();
  void fail(caf::error why);

  wire::watch_export_actor exporter_; ///< null until it has answered
  std::vector<switch_name> again_;    ///< asked for before that
  caf::typed_response_promise<watch_batch_ptr> promise_;
  caf::error failure_;
  bool read_ = false;
};

void watch_import_state::begin(const wire::member_actor& member, wire::watch_query query) {
  self->request(member, caf::duration{defaults::gather_deadline}, std::move(query))
      .then(
          [this](wire::watch_opening& opening) {
            exporter_ = std::move(opening.exporter);
            self->monitor(exporter_);
            for (const auto& of : std::exchange(again_, {}))
              self->send(exporter_, atom::again_v, of.value());
            if (promise_.pending())
              fetch();
          },
          [this](caf::error& why) { fail(std::move(why)); });
}

caf::result<watch_batch_ptr> watch_import_state::more() {
  if (failure_)
    return failure_;
  if (!std::exchange(read_, true))
    if (const auto reader = caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()))
      self->monitor(reader);
  promise_ = self->make_response_promise<watch_batch_ptr>();
  if (exporter_)
    fetch();
  return promise_;
}

void watch_import_state::again(const switch_name& of) {
  if (exporter_)
    self->send(exporter_, atom::again_v, of.value());
  else
    again_.push_back(of);
}

void watch_import_state::fetch() {
  self->request(exporter_, caf::duration{defaults::batch_deadline}, atom::more_v)
      .then(
          [this](wire::watch_batch& told) {
            try {
              auto batch = std::make_shared<watch_batch>(unpacker->read(std::move(told)));
              std::exchange(promise_, {}).deliver(std::move(batch));
            } catch (const malformed_rows& e) {
              fail(caf::make_error(caf::sec::invalid_argument, e.what()));
            }
          },
          [this](caf::error& why) { fail(std::move(why)); });
}

void watch_import_state::fail(caf::error why) {
  failure_ = std::move(why);
  if (promise_.pending())
    std::exchange(promise_, {}).deliver(failure_);
}

void watch_import_state::end() {
  if (exporter_)
    self->send(exporter_, atom::left_v);
  self->quit();
}

watcher_actor::behavior_type watch_import(watcher_actor::stateful_pointer<watch_import_state> self,
                                          const context_ptr& context, const std::string& from,
                                          const wire::member_actor& member, const wire::watch_query& query) {
  fails_alone(self, context);
  self->state.unpacker = std::make_unique<wire::watch_unpacker>(node_id{from});
  self->set_down_handler([self](const caf::down_msg& gone) {
    // Whoever asks here, or what is asked there.
    if (gone.source == caf::actor_cast<caf::actor_addr>(self->state.exporter()))
      self->state.lost();
    else
      self->state.end();
  });
  self->state.begin(member, query);
  return {
      [](atom::news) {},
      [self](atom::more) { return self->state.more(); },
      [self](atom::again, const switch_name& of) { self->state.again(of); },
      [self](atom::left) { self->state.end(); },
      [](atom::proceed) {},
      [](caf::tick_atom) {},
  };
}

} // namespace

watcher_actor spawn_watch_import(caf::actor_system& system, context_ptr context, const std::string& from,
                                 wire::member_actor member, const watch_request& request,
                                 std::optional<log_place> since) {
  wire::watch_query query;
  query.of = wire::query_of({request.query, request.directory});
  if (since) {
    query.log = since->log;
    query.position = since->position;
  }
  return system.spawn(watch_import, std::move(context), from, std::move(member), std::move(query));
}

} // namespace rollcall
