#include "apps/rollcalld/stop_auditor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scoped_actor.hpp>

namespace rollcall {

// The auditor has nothing to do once the answers are given but to write down what switches refused last: what
// the links have told it once they have answered.
void stop_auditor(caf::actor_system& system, const node_actor& node, const auditor_actor& auditor,
                  std::chrono::milliseconds patience) {
  caf::scoped_actor self{system};
  self->request(node, patience, caf::get_atom_v)
      .receive([](const link_statuses&) {}, [](const caf::error&) {});
  self->monitor(auditor);
  self->send(caf::actor_cast<caf::actor>(auditor),
             caf::exit_msg{self->address(), caf::exit_reason::user_shutdown});
  self->receive([](const caf::down_msg&) {}, caf::after(patience) >> [] {});
}

} // namespace rollcall
