#include "transport/cluster/basp_bridge.hpp"

#include "transport/cluster/runtime_id.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/node_id.hpp>
#include <caf/send.hpp>

#include <utility>

namespace rollcall::cluster {

namespace {

/// Under which BASP keeps the published actor. No such port is ever open.
constexpr std::uint16_t basp_port = 1;

} // namespace

basp_bridge::basp_bridge(caf::actor_system& system, published_actor published)
    : system_(system),
      broker_(system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"))),
      published_(std::move(published)) {}

std::string basp_bridge::runtime() const { return to_string(system_.node()); }

void basp_bridge::ask_whether_known(const std::string& runtime, std::function<void(bool)> answer) const {
  // The routing table may be read by any thread, but only BASP's own can tell that it still exists.
  system_.middleman().backend().post(
      [broker = broker_, node = parse_runtime(runtime), answer = std::move(answer)] {
        auto* basp = static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker));
        const bool ended = basp->getf(caf::abstract_actor::is_terminated_flag);
        answer(!ended && basp->instance.tbl().lookup_direct(node));
      });
}

void basp_bridge::accept(int descriptor) const {
  caf::anon_send(broker_, caf::publish_atom_v, system_.middleman().backend().new_scribe(descriptor),
                 basp_port, published_.actor, published_.interface);
}

void basp_bridge::dial(int descriptor, const std::string& runtime, std::chrono::milliseconds within,
                       std::function<void(dialled)> answer) const {
  system_.spawn<caf::hidden>([broker = broker_, scribe = system_.middleman().backend().new_scribe(descriptor),
                              expected = parse_runtime(runtime), interface = published_.interface, within,
                              answer = std::move(answer)](caf::event_based_actor* self) {
    self->request(broker, within, caf::connect_atom_v, scribe, basp_port)
        .then(
            [=](const caf::node_id& node, const caf::strong_actor_ptr& published,
                const std::set<std::string>& theirs) {
              if (node != expected)
                answer({nullptr, "BASP found another node than said hello"});
              else if (!published || theirs != interface)
                answer({nullptr, "its actors speak another interface: a node of another build?"});
              else
                answer({published, {}});
            },
            [=](const caf::error& e) {
              answer({nullptr, "BASP did not connect: " + self->system().render(e)});
            });
  });
}

} // namespace rollcall::cluster
