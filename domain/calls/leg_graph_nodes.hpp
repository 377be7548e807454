#pragma once

#include "domain/calls/leg_graph.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

struct leg_graph::leg_node {
  std::string id;
  std::uint64_t number = 0; ///< in the order of first sight
  std::optional<leg_kind> kind;
  leg_state state = leg_state::down;
  timestamp since;
  timestamp up; ///< epoch: not answered, or not known when

  std::string group;
  std::string pair_text; ///< what it has in common with its other half
  leg_node* pair = nullptr;
  std::string parent; ///< leg for which it is dialled, or was and is up
  std::string number_dialled;
  bridge_node* in = nullptr;
  call_node* of = nullptr;

  std::string first_account;
  std::string account;
  std::string said_account;
  std::string caller;
  std::string callee;
  std::string said_callee;
  std::string sip_call_id;
  std::string connection;
  std::string media;

  bool incoming = false; ///< it called the switch
  bool dialled = false;
  bool guessed = false;    ///< its group alone says in which call it is
  bool talked = false;     ///< it has been in a bridge since it was answered
  bool heard = false;      ///< since the running snapshot began
  bool moved = false;      ///< heard to enter a bridge since then
  std::string left_bridge; ///< heard to leave this one since then, and to enter none
  bool listed = false;     ///< by the running snapshot
  std::uint32_t calls_begun = 0;
  std::optional<std::chrono::steady_clock::time_point> apart; ///< since when it talks to nobody of its call

  bool is_external() const { return kind == leg_kind::external; }
};

struct leg_graph::bridge_node {
  std::string id;
  bridge_kind kind = bridge_kind::conversation;
  legs members;
  bool heard = false; ///< since the running snapshot began
};

struct leg_graph::call_node {
  leg_call shown;
  std::uint64_t number = 0;
  leg_node* owner = nullptr;
  legs all; ///< as they came
  bool told = false;
  bool dirty = false;
  bool account_was_said = false; ///< by the script
  bool callee_is_final = false;
  bool reshaped = true; ///< it has other legs, or another owner, than is shown

  void own(leg_node& by) {
    owner = &by;
    reshaped = true;
  }

  bool is_older_than(const call_node& other) const {
    return std::pair{shown.setup, number} < std::pair{other.shown.setup, other.number};
  }
};

/// What a snapshot has named so far.
struct leg_graph::list {
  struct item {
    explicit item(const listed_leg& said);

    listed_leg said;
    std::string bytes; ///< of its texts
  };

  std::deque<item> legs;
  std::vector<std::pair<std::string, bridge_kind>> bridges;
  std::uint64_t last_before = 0; ///< number of the last leg that was known before
};

} // namespace rollcall
