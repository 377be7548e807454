#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall {

/// Why rollcall ends a switch's connection. All but the last two are told to switches that can read, by the
/// codes of feed.md: after those a switch just comes again.
enum class close_reason : std::uint8_t {
  bad_message,
  bad_version,
  unknown_switch,
  auth_failed,
  stale_epoch,
  too_slow,
  no_environment, ///< the directory does not have the switch's yet
  leaving,        ///< nothing is wrong with the switch: this node stops, or hands its switches over
};

/// Indexed by close_reason.
constexpr std::array<std::string_view, 8> close_reason_names = {
    "bad_message", "bad_version", "unknown_switch", "auth_failed",
    "stale_epoch", "too_slow",    "no_environment", "leaving"};

/// Whether a switch is told why.
constexpr bool is_told(close_reason why) { return why < close_reason::no_environment; }

constexpr std::string_view to_string(close_reason why) {
  return close_reason_names[static_cast<std::size_t>(why)];
}

} // namespace rollcall
