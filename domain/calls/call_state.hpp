#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rollcall {

/// The stages of a call, in the vendor's words and in the order in which a call passes them. A call only
/// moves forward; stages may be skipped.
enum class call_state : std::uint8_t {
  idle,          ///< received, processing has started
  wait_auth,     ///< authentication has started
  wait_route,    ///< authenticated, waiting for routing information
  ar_complete,   ///< routed, the far side is being called
  connected,     ///< both legs are up
  disconnecting, ///< being hung up
  dead,          ///< over; the switch waits for late messages
};

constexpr std::size_t call_state_count = 7;

/// As `CC_STATE` shows them, indexed by state.
constexpr std::array<std::string_view, call_state_count> call_state_names = {
    "Idle", "WaitAuth", "WaitRoute", "ARComplete", "Connected", "Disconnecting", "Dead"};

constexpr std::string_view to_string(call_state s) { return call_state_names[static_cast<std::size_t>(s)]; }

/// The state of that name, in exactly this spelling.
constexpr std::optional<call_state> call_state_from(std::string_view name) {
  for (std::size_t i = 0; i < call_state_count; ++i)
    if (call_state_names[i] == name)
      return static_cast<call_state>(i);
  return std::nullopt;
}

/// What listActiveCalls shows and what the stats count as total.
constexpr bool is_active(call_state s) { return s >= call_state::wait_route && s <= call_state::connected; }

/// What a disconnect acts on: a call that is up or on its way up.
constexpr bool can_disconnect(call_state s) { return s <= call_state::connected; }

} // namespace rollcall
