#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace rollcall::http {

/// What the server counts since its start; `/metrics` reads it from any thread.
struct metrics {
  using counter = std::atomic<std::uint64_t>;

  counter accepted{0};            ///< connections
  counter open{0};                ///< connections now
  counter over_limit{0};          ///< … closed as `limits::connections` were open: strangers', newcomers
  counter over_address_limit{0};  ///< … because their address had as many open as it may
  counter accept_errors{0};       ///< failed accepts (EMFILE and the like); each is tried again
  counter handshakes{0};          ///< TLS handshakes under way now
  counter handshakes_waiting{0};  ///< … that wait for their turn, as their address has its number under way
  counter handshakes_replaced{0}; ///< … that gave way to a newcomer
  counter handshakes_unserved{0}; ///< … whose turn did not come in time
  counter tls_errors{0};          ///< handshakes that failed
  counter requests{0};            ///< handed to the handler
  counter malformed{0};           ///< requests refused before the handler saw them
  counter timeouts{0};            ///< deadlines that ended a connection, idle ones apart
  counter handler_errors{0};      ///< handlers that threw, or forgot or were late with their answer
  counter cut{0};                 ///< answers broken off because their body failed midway
  counter bytes_in{0};
  counter bytes_out{0};
  std::array<counter, 5> responses{}; ///< by class: 1xx, 2xx, 3xx, 4xx, 5xx

  void count_response(unsigned status) {
    if (const auto hundreds = status / 100; hundreds >= 1 && hundreds <= responses.size())
      ++responses[hundreds - 1];
  }
};

} // namespace rollcall::http
