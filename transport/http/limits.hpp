#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rollcall::http {

/// What one client may cost. Every time is absolute for its phase: a byte now and then does not prolong it.
struct limits {
  std::size_t header_bytes = 16 * 1024; ///< request line and fields together; more is 431
  std::uint64_t body_bytes = 64 * 1024; ///< one request body, without chunk framing; more is 413
  std::size_t connections = 10'000;     ///< open at once; one more has a stranger's place, or is told 503

  std::size_t handshakes = 256;            ///< TLS, under way at once; one of the crowded address gives way
  std::size_t handshakes_per_address = 16; ///< … of one address; more wait for their turn

  std::chrono::milliseconds tls_handshake{10'000}; ///< connect to the end of the handshake
  std::chrono::milliseconds header{10'000}; ///< a request's first byte (or the connect) to its header's end
  std::chrono::milliseconds body{30'000};   ///< end of the header to the end of the body
  std::chrono::milliseconds idle{75'000}; ///< kept alive without a request; a little over proxies' usual 60 s
  std::chrono::milliseconds reply{30'000}; ///< handing a request over to its answer; more is 503
  std::chrono::milliseconds write{30'000}; ///< one piece of an answer to be there, and again to be taken
  std::chrono::milliseconds live_write{600'000}; ///< the same of a live body, whose reader may be slow
  std::chrono::milliseconds linger{2'000};       ///< reading what the client still sends after a refusal
};

} // namespace rollcall::http
