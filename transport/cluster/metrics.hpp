#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::cluster {

/// Why a node refuses another; see hello.hpp.
constexpr std::array<std::string_view, 10> refusal_codes = {
    "bad_hello",    "wrong_version", "wrong_cluster",     "self",         "same_node",
    "same_runtime", "duplicate",     "wrong_certificate", "wrong_secret", "not_a_peer"};

/// What the mesh counts since its start; `/metrics` reads it from any thread.
struct metrics {
  using counter = std::atomic<std::uint64_t>;

  counter dialled{0};       ///< attempts
  counter accepted{0};      ///< connections
  counter strangers{0};     ///< accepted connections now without a finished hello
  counter connected{0};     ///< nodes now
  counter connections{0};   ///< of nodes, ever
  counter turned_away{0};   ///< strangers that had to go for a newcomer
  counter braked{0};        ///< proofs not looked at, for too many wrong ones had come before
  counter guessing{0};      ///< addresses now whose wrong proofs are remembered
  counter accept_errors{0}; ///< failed accepts; each is tried again
  counter tls_errors{0};    ///< handshakes that failed, either side
  counter timeouts{0};      ///< phases that took too long, either side
  counter bad_frames{0};    ///< connections cut because of what came for BASP
  counter bytes_in{0};
  counter bytes_out{0};
  std::array<counter, refusal_codes.size()> refused{}; ///< others by us, indexed like refusal_codes

  /// Counts a refusal; codes that are none of ours are not counted.
  void count_refusal(std::string_view code) {
    for (std::size_t i = 0; i < refusal_codes.size(); ++i)
      if (refusal_codes[i] == code)
        ++refused[i];
  }
};

} // namespace rollcall::cluster
