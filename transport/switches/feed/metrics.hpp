#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::feed {

/// Why connections are refused or closed by us: the codes of feed.md.
constexpr std::array<std::string_view, 6> refusal_codes = {"bad_message", "bad_version", "unknown_switch",
                                                           "auth_failed", "stale_epoch", "too_slow"};

/// What the feed server counts since its start; `/metrics` reads it from any thread.
struct metrics {
  using counter = std::atomic<std::uint64_t>;

  counter accepted{0};      ///< connections
  counter open{0};          ///< connections now, those that are being closed included
  counter strangers{0};     ///< of them without a welcome
  counter turned_away{0};   ///< strangers that had to go for a newcomer
  counter braked{0};        ///< hellos not looked at, for too many wrong secrets had come before
  counter guessing{0};      ///< addresses now whose wrong secrets are remembered
  counter forgotten{0};     ///< those forgotten for want of room
  counter silent{0};        ///< switches that did not answer a ping
  counter accept_errors{0}; ///< failed accepts; each is tried again
  counter timeouts{0};      ///< connections that did not say hello in time; they are refused as bad_message
  counter tls_errors{0};    ///< handshakes that failed
  counter bytes_in{0};
  counter bytes_out{0};
  std::array<counter, refusal_codes.size()> refused{}; ///< indexed like refusal_codes

  /// Counts a refusal; codes that are none of ours are not counted.
  void count_refusal(std::string_view code) {
    for (std::size_t i = 0; i < refusal_codes.size(); ++i)
      if (refusal_codes[i] == code)
        ++refused[i];
  }
};

} // namespace rollcall::feed
