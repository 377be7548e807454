#include "apps/rollcalld/overview.hpp"

#include "actors/defaults.hpp"
#include "actors/workers/workers.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>

#include <memory>
#include <utility>

namespace rollcall {

namespace {

/// A little more than the workers take for themselves, so that their own word arrives.
constexpr auto patience = defaults::gather_deadline * 2;

struct query {
  context_ptr context;
  node_actor node;
  directory_ptr directory;
  std::function<void(overview)> done;
  overview found = {};
  std::size_t next_environment = 0;
};

void count_calls(caf::event_based_actor* self, const std::shared_ptr<query>& work) {
  const auto& environments = work->directory->entries().environments;
  if (work->next_environment == environments.size()) {
    work->done(std::move(work->found));
    return;
  }
  const auto* root = work->directory->root(environments[work->next_environment++].id);
  if (!root)
    return count_calls(self, work);
  self->request(spawn_stats_worker(self->system(), work->context, work->node), caf::duration{patience},
                stats_request{root->id, true, work->directory})
      .then(
          [self, work](const stats_by_account& accounts) {
            for (const auto& account : accounts)
              work->found.calls += account.counts.total();
            count_calls(self, work);
          },
          [self, work](const caf::error&) {
            work->found.calls_known = false;
            count_calls(self, work);
          });
}

} // namespace

void gather_overview(caf::actor_system& system, context_ptr context, node_actor node, directory_ptr dir,
                     std::function<void(overview)> done) {
  auto work =
      std::make_shared<query>(query{std::move(context), std::move(node), std::move(dir), std::move(done)});
  system.spawn([work](caf::event_based_actor* self) {
    self->request(work->node, caf::duration{patience}, caf::get_atom_v)
        .then(
            [self, work](link_statuses& links) {
              work->found.links = std::move(links);
              count_calls(self, work);
            },
            [self, work](const caf::error&) {
              work->found.links_known = false;
              count_calls(self, work);
            });
  });
}

void ask_actors(caf::actor_system& system, node_actor node, std::function<void()> answered) {
  system.spawn([node = std::move(node), answered = std::move(answered)](caf::event_based_actor* self) {
    self->request(node, caf::duration{patience}, caf::get_atom_v)
        .then([answered](const link_statuses&) { answered(); },
              [answered](const caf::error& why) {
                if (why != caf::sec::request_timeout)
                  answered();
              });
  });
}

} // namespace rollcall
