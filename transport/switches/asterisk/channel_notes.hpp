#pragma once

#include "domain/calls/leg_graph.hpp"
#include "transport/switches/asterisk/ami_event.hpp"
#include "transport/switches/asterisk/call_note.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rollcall::asterisk {

/// Keeps the notes of channels (call_note.hpp) as they should be, and tells the graph what those say that
/// were written before this connection: by this node, or by another one.
///
///   begin_lists() ─► listed()… ─┬─► remember() ─► the graph takes the lists in ─► look() at each call
///                               └─► begin_lists(): without an item of them nothing is true
///   look() at what changes ─► next() is to be written
///
/// Before lists have shown what channels carry, nothing is written; nor when they show that `channelvars` of
/// manager.conf does not name the variable, so that nobody could read it. Pure; one thread.
class channel_notes {
public:
  /// A note that is to be written, or deleted when it is empty.
  struct change {
    std::string leg;
    std::string text;
  };

  /// `graph` outlives it. More than `most` changes do not wait: the next lists show what is left to do.
  channel_notes(leg_graph& graph, std::size_t most) : graph_(graph), most_(most) {}

  void begin_lists();

  /// An item of CoreShowChannels. Of its note nothing is later than `now`.
  void listed(const ami_event& item, timestamp now);

  /// The lists are over: what they show to be noted of channels that are in no call yet is for the graph to
  /// remember.
  void remember();

  /// The call has changed.
  void look(const leg_call& call);

  /// Lists that were whole have been taken in: each call may have other notes than it should.
  void look_at_all();

  /// The channel has gone, and its note with it.
  void gone(std::string_view leg) { carried_.erase(std::string{leg}); }

  /// The next that is to be written. From then on it counts as written; the next lists tell.
  std::optional<change> next();

  /// False when lists have shown that notes cannot be read.
  bool readable() const { return readable_; }

  /// Notes that were none, or another channel's, since this was called last.
  std::uint64_t take_ignored() { return std::exchange(ignored_, 0); }

private:
  std::string wanted(const std::string& leg) const;
  std::string_view carried(const std::string& leg) const;

  leg_graph& graph_;
  const std::size_t most_;
  bool readable_ = true;
  bool listing_ = false;
  bool shown_ = false; ///< the variable, by a channel of the running lists
  bool not_shown_ = false;
  bool has_listed_ = false; ///< what channels carry is known
  std::uint64_t ignored_ = 0;
  std::unordered_map<std::string, std::string> carried_; ///< notes of channels that have one
  std::unordered_set<std::string> written_; ///< since the running lists began: they may not show it
  std::map<std::string, known_call, std::less<>> listed_; ///< what the running lists have, by call
  std::deque<std::string> waiting_;                       ///< channels whose note is to be looked at
  std::unordered_set<std::string> is_waiting_;
};

} // namespace rollcall::asterisk
