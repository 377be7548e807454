#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace rollcall {

/// A call as the leg graph sees it: an owner, which called the switch or was called by it for nobody, and the
/// external legs that were dialled for it. Once it is told its id and its account, when it has one, stay.
struct leg_call {
  std::string id; ///< of the leg that it began with; made unique by `/2`, `/3` when that has had one before
  std::string owner;             ///< leg; empty when that has gone and the call goes on
  std::vector<std::string> legs; ///< external ones, the owner first, then as they came
  call_state state = call_state::wait_auth;
  std::string account;
  std::string caller;
  std::string callee;
  std::string sip_call_id;
  std::string said_direction; ///< as the script of its owner has named it first; empty: it has not
  bool to_carrier = false;    ///< a carrier's leg was dialled for it
  std::string connection;     ///< of the carrier's leg that counts
  std::string caller_media;
  std::string callee_media;
  timestamp setup;
  timestamp connect; ///< epoch: not answered, or not known when

  friend bool operator==(const leg_call&, const leg_call&) = default;
};

/// A call was not told before.
struct call_began {
  leg_call call;
};

/// Something of it is other than told: also that its owner has gone.
struct call_changed {
  leg_call call;
};

/// Why there is no such call any more.
enum class call_end : std::uint8_t {
  gone,   ///< its last external leg has
  joined, ///< its legs go on in another call of the same account
  guess,  ///< it was a guess: a leg, not answered yet, that was dialled for another call
};

struct call_ended {
  std::string id;
  call_end why = call_end::gone;
  std::string into; ///< the call in which its last leg goes on; empty when it is gone
  timestamp at;
};

using call_change = std::variant<call_began, call_changed, call_ended>;

/// In order.
using call_changes = std::vector<call_change>;

} // namespace rollcall
