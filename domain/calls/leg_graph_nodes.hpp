#pragma once

#include "domain/calls/leg_graph.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rollcall {

/// Where the account of a call is from.
enum class leg_graph::account_source : std::uint8_t {
  unknown, ///< there is none
  code,    ///< leg_facts::account of its owner
  said,    ///< leg_facts::said_account of its owner
  callee,  ///< of whom a carrier's call was put through to first: others may follow
};

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
  std::string said_direction;
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
  bool transferred = false;
  std::uint64_t calls_begun = 0; ///< or more, where it may have begun some that are not known
  std::chrono::steady_clock::time_point swapped_until;        ///< until then its account may be another's
  std::optional<std::chrono::steady_clock::time_point> apart; ///< since when it talks to nobody of its call

  // Where it is in the legs of its call, its bridge and its group, and which walk has seen it last.
  std::size_t at_in_call = 0;
  std::size_t at_in_bridge = 0;
  std::size_t at_in_group = 0;
  std::uint64_t walked = 0;

  bool is_external() const { return kind == leg_kind::external; }
};

/// Legs that each know their place among them, in no order.
template <class Leg>
void add(std::vector<Leg*>& to, Leg& one, std::size_t Leg::*at) {
  one.*at = to.size();
  to.push_back(&one);
}

template <class Leg>
void drop(std::vector<Leg*>& from, Leg& one, std::size_t Leg::*at) {
  auto* const last = from.back();
  from[one.*at] = last;
  last->*at = one.*at;
  from.pop_back();
}

/// In the order of first sight.
template <class Legs>
Legs in_order(Legs all) {
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
  return all;
}

struct leg_graph::bridge_node {
  std::string id;
  bridge_kind kind = bridge_kind::conference; ///< that joins nobody's calls
  legs members;
  bool heard = false; ///< since the running snapshot began
  std::uint64_t walked = 0;
};

struct leg_graph::call_node {
  leg_call shown;
  std::uint64_t number = 0;
  leg_node* owner = nullptr;
  std::string awaited; ///< leg that owned it, as is remembered, and may still be listed
  legs all;
  account_source from = account_source::unknown;
  bool remembered = false; ///< somebody knows of it, though it was not told here
  bool told = false;
  bool dirty = false;
  bool callee_is_final = false;
  bool unanswered = false; ///< its owner has gone before it was answered
  bool reshaped = true;    ///< it has other legs, or another owner, than is shown

  // The legs that count: for its connection, and for what is told of the far side.
  const leg_node* carrier = nullptr;
  const leg_node* callee = nullptr;
  bool stale = false; ///< they may be others

  void own(leg_node& by) {
    owner = &by;
    awaited.clear();
    unanswered = false;
    reshaped = stale = true;
  }

  bool has_owner() const { return owner || !awaited.empty(); }

  leg_node& anchor() const {
    return owner ? *owner : **std::min_element(all.begin(), all.end(), [](const auto* a, const auto* b) {
      return a->number < b->number;
    });
  }

  bool is_older_than(const call_node& other) const {
    return std::pair{shown.setup, number} < std::pair{other.shown.setup, other.number};
  }
};

struct leg_graph::known_before {
  known_call call;
  bool begun = false; ///< it was told, and is not to be again
};

/// What a snapshot has named so far.
struct leg_graph::list {
  struct item {
    explicit item(const listed_leg& from);

    listed_leg said;
    std::string bytes; ///< of its texts
  };

  std::deque<item> legs;
  std::vector<std::pair<std::string, bridge_kind>> bridges;
  std::unordered_set<std::string> destroyed; ///< bridges that are gone, whatever it says of them
  std::uint64_t last_before = 0;             ///< number of the last leg that was known before
  bool cut = false;                          ///< not all of it was taken
};

} // namespace rollcall
