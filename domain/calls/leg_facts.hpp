#pragma once

#include "domain/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// Now, by the steady clock (waits) and by the wall clock (times of calls).
struct leg_moment {
  std::chrono::steady_clock::time_point steady;
  timestamp wall;
};

/// What a leg of a back-to-back user agent is to the outside.
enum class leg_kind : std::uint8_t {
  external, ///< somebody outside of the switch is at its other end: only these make calls
  half,     ///< one of two with which the switch has connected itself (Local channels, loopback)
  internal, ///< of the switch alone: who announces, records, listens
};

enum class leg_state : std::uint8_t {
  down,
  calling, ///< it calls the switch, and is not answered
  ringing, ///< the switch calls it
  up,
};

/// What a bridge is to those in it.
enum class bridge_kind : std::uint8_t {
  conversation, ///< of two, or three for a moment: who is in it talks to the others
  holding,      ///< parked, or in a queue: each waits for itself
  conference,   ///< each is a call of its own
};

/// What a switch says of one leg. What is absent or empty keeps the value that it has.
struct leg_facts {
  std::string_view id; ///< the switch's own, of all its legs ever; never empty
  std::optional<leg_kind> kind = {};
  std::optional<leg_state> state = {};
  std::optional<timestamp> since =
      {};                        ///< when it came to be; on the first sight, `now` when not said or later
  std::string_view group = {};   ///< legs that the switch reckons to one call: a guess, it changes
  std::string_view pair = {};    ///< of a half: the same for both
  std::string_view account = {}; ///< as the switch keeps it for the leg
  std::string_view said_account = {}; ///< as the operator's script names it
  std::string_view caller = {};       ///< number
  std::string_view callee = {}; ///< number that it dialled: taken on the first sight, later ones are others
  std::string_view said_callee = {};    ///< as the script names it: goes before `callee`
  std::string_view said_direction = {}; ///< of the call, as the script names it
  std::string_view sip_call_id = {};    ///< RFC 3261 Call-ID
  std::string_view connection = {};     ///< of a carrier's leg: which of its connections
  std::string_view media = {};          ///< address of its RTP
  bool transferred = false; ///< just now: its account may be another's, and what its script says stays so
};

/// What a list of the switch says of one leg.
struct listed_leg {
  leg_facts facts;
  std::string_view bridge = {}; ///< in which it is
  bool child = false;           ///< it was dialled for another leg, or for nobody
};

/// A call that the node knows of from earlier, or from another node.
struct known_call {
  std::string id;
  std::string account = {};
  std::string caller = {};
  std::string callee = {};
  timestamp setup = {};
  timestamp connect = {}; ///< epoch: not known
  std::string owner = {}; ///< one of the legs; empty when that had gone
  std::vector<std::string> legs = {};
};

} // namespace rollcall
