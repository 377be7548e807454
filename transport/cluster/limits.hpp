#pragma once

#include "transport/net/guess_brake.hpp"
#include "transport/net/strangers.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rollcall::cluster {

/// Bytes of a hello and of its answer, the end of the line included.
constexpr std::size_t hello_bytes = 16 * 1024;

/// Bytes of one text in a hello: an address, a name. Longer than any host name.
constexpr std::size_t text_bytes = 300;

/// Addresses that a hello names.
constexpr std::size_t hello_peers = 128;

/// How long a secret is good for after another has taken its place.
constexpr std::chrono::hours secret_overlap{12};

/// Secrets that a node may know at once: the one in use and those that are on their way out.
constexpr std::size_t proofs_at_once = 4;

/// Addresses whose wrong secrets are remembered. They are of this machine: others need certificates.
constexpr std::size_t guessing_addresses = 256;

/// Addresses of others that are remembered beside the configured ones.
constexpr std::size_t learned_addresses = 256;

/// How long the same line about the same peer is not repeated in the log.
constexpr std::chrono::seconds peer_line_pause{60};

/// Lines of one kind about one address within that time.
constexpr std::size_t peer_lines_a_minute = 4;

/// Addresses and kinds of lines that are told apart: of strangers, and again of members.
constexpr std::size_t peer_line_keys = 1024;

/// What the connections between nodes may cost. Every time is absolute for its phase.
struct limits {
  net::strangers::bounds strangers{8, 64}; ///< accepted connections without a finished hello, at once
  net::guess_brake::pauses guesses =
      net::guess_brake::of_machines; ///< between wrong secrets, when there were many

  std::chrono::milliseconds look_up{2'000}; ///< of a name
  std::chrono::milliseconds connect{1'000}; ///< for each address that a name resolves to
  std::chrono::milliseconds tls_handshake{2'000};
  std::chrono::milliseconds hello{2'000};     ///< from the handshake to the end of hello and answer
  std::chrono::milliseconds hand_over{2'000}; ///< from there to the first words of BASP
  std::chrono::milliseconds linger{500};      ///< for a refused one to read why

  std::chrono::milliseconds shortest_pause{100};  ///< between two attempts at an address, doubled …
  std::chrono::milliseconds longest_pause{1'000}; ///< … up to this, each shortened by up to a half

  /// A node's host must acknowledge what is sent: this long without is a lost connection.
  std::chrono::seconds dead_peer{6};

  std::uint32_t payload_bytes = 16 * 1024 * 1024; ///< of one BASP message; a longer one cuts the connection
  std::size_t buffer_bytes = 128 * 1024;          ///< for each direction of each connection
};

} // namespace rollcall::cluster
