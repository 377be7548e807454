#include "transport/switches/kamailio/clients.hpp"

#include "transport/switches/kamailio/protocol.hpp"

#include <string>
#include <utility>

namespace rollcall::kamailio {

namespace {

/// Another text for other settings.
std::string text_of(const settings& one) {
  const auto at = [](const net::host_port& where) { return where.host + '\n' + where.port + '\n'; };
  return at(one.evapi) + (one.rpc ? at(one.rpc->at) + one.rpc->target : std::string{}) + '\n'
         + one.dump_directory.string() + '\n' + std::to_string(one.snapshot_interval.count());
}

switches::dialled dialled(const settings& to, const limits& bounds,
                          const std::shared_ptr<metrics>& counters) {
  return {to.name, to.evapi, text_of(to),
          [to, bounds, counters](std::shared_ptr<switch_notes::sheet> notes) -> switches::driver_factory {
            auto known = std::make_shared<memory>(to, bounds, counters, std::move(notes));
            return [known](switches::session_actions& out) {
              return std::make_unique<protocol>(out, known, request_numbers::unguessable());
            };
          }};
}

} // namespace

clients::clients(boost::asio::io_context& io, const limits& bounds, attach_fn attach, wall_clock now)
    : bounds_(bounds),
      dialled_(io, std::make_shared<switches::dialler::shared>("kamailio", bounds, std::move(attach), now,
                                                               counters_)) {}

void clients::set(const std::vector<settings>& switches) {
  std::vector<rollcall::switches::dialled> wanted;
  for (const auto& each : switches)
    wanted.push_back(dialled(each, bounds_, counters_));
  dialled_.set(std::move(wanted));
}

} // namespace rollcall::kamailio
