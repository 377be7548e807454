#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"

#include <cstdint>

namespace rollcall {

/// One call of the simulated switch: enough to write any of its lines again.
struct sim_call {
  std::uint64_t serial = 0; ///< from 1; unique in a run
  timestamp setup;
  timestamp connect; ///< unknown until connected
  std::uint64_t sip_call_id = 0;
  std::uint64_t cli = 0;          ///< E.164 digits
  std::uint64_t cld = 0;          ///< E.164 digits
  std::uint32_t account = 0;      ///< index into the plan's accounts or usernames
  std::uint32_t connection = 0;   ///< index into the plan's connections
  std::uint32_t caller_media = 0; ///< IPv4, host byte order
  std::uint32_t callee_media = 0; ///< IPv4, host byte order
  std::uint32_t turn = 0;         ///< counts what was scheduled; only the latest still happens
  std::uint8_t direction = 0;     ///< index into sim_directions
  call_state state = call_state::dead;
  call_state reached = call_state::idle; ///< the furthest state up to Connected: what is known of the call
  bool answers = false;                  ///< will be connected
  bool odd = false;                      ///< carries hostile text

  bool live() const noexcept { return state != call_state::dead; }
};

} // namespace rollcall
