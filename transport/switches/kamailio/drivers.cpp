#include "transport/switches/kamailio/drivers.hpp"

#include "transport/switches/kamailio/memory.hpp"
#include "transport/switches/kamailio/protocol.hpp"

#include <utility>

namespace rollcall::kamailio {

switches::driver_factory drivers::prepare(const switches::dialled& to,
                                          std::shared_ptr<switch_notes::sheet> notes) {
  auto known = std::make_shared<memory>(settings_of(to), bounds_, counters_, std::move(notes));
  return [known](switches::session_actions& out) {
    return std::make_unique<protocol>(out, known, request_numbers::unguessable());
  };
}

} // namespace rollcall::kamailio
