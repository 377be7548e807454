#include "apps/rollcalld/turns.hpp"

namespace rollcall {

namespace {

/// Handlers in a row while actors wait.
constexpr int most_handlers = 32;

} // namespace

void take_turns(boost::asio::io_context& sockets, scheduler& actors) {
  while (!sockets.stopped()) {
    for (int n = 0; n < most_handlers && sockets.poll_one() > 0; ++n) {
    }
    if (!actors.run_turn())
      sockets.run_one();
  }
}

} // namespace rollcall
