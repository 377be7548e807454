#include "transport/switches/asterisk/drivers.hpp"

#include "transport/switches/asterisk/memory.hpp"
#include "transport/switches/asterisk/protocol.hpp"

#include <utility>

namespace rollcall::asterisk {

switches::driver_factory drivers::prepare(const switches::dialled& to,
                                          std::shared_ptr<switch_notes::sheet> notes) {
  auto known = std::make_shared<memory>(settings_of(to), bounds_, counters_, std::move(notes));
  return [known](switches::session_actions& out) {
    return std::make_unique<protocol>(out, known, requests::unguessable());
  };
}

} // namespace rollcall::asterisk
