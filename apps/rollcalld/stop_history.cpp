#include "apps/rollcalld/stop_history.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scoped_actor.hpp>

namespace rollcall {

void stop_history(caf::actor_system& system, const history_sampler_actor& sampler,
                  const history_writer_actor& writer, std::chrono::milliseconds patience) {
  caf::scoped_actor self{system};
  const auto end = [&](const caf::actor& whom) {
    self->monitor(whom);
    self->send(whom, caf::exit_msg{self->address(), caf::exit_reason::user_shutdown});
    self->receive([](const caf::down_msg&) {}, caf::after(patience / 2) >> [] {});
  };
  end(caf::actor_cast<caf::actor>(sampler));
  end(caf::actor_cast<caf::actor>(writer));
}

} // namespace rollcall
