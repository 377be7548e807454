#include "apps/rollcalld/turns.hpp"

#include <chrono>

namespace rollcall {

namespace {

/// As long as a turn of the actors: neither side's flood takes more than half of the time from the other.
constexpr std::chrono::microseconds sockets_turn{100};

} // namespace

void take_turns(boost::asio::io_context& sockets, scheduler& actors) {
  using clock = std::chrono::steady_clock;
  while (!sockets.stopped()) {
    const auto end = clock::now() + sockets_turn;
    while (sockets.poll_one() > 0 && clock::now() < end) {
    }
    switch (actors.run_turn()) {
    case run_queue::rest::none:
      sockets.run_one();
      break;
    case run_queue::rest::elsewhere:
      sockets.run_one_for(scheduler::standstill);
      break;
    case run_queue::rest::here:
      break;
    }
  }
}

} // namespace rollcall
