#pragma once

#include "transport/switches/asterisk/ami_event.hpp"
#include "transport/switches/asterisk/channel_events.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rollcall::asterisk {

/// Takes in the two lists that say what an Asterisk has now, and knows whether they are whole: each ends with
/// the number of its items, and that many have come, each channel with its Uniqueid.
///
///   begin() ─► take()… ─┬─► whole                        leg_graph::snapshot_end is the caller's to call
///                       └─► failed: why()
///
/// Pure; one thread.
class channel_lists {
public:
  enum class state : std::uint8_t { none, running, whole, failed };

  /// Both outlive it. Of more than `most` channels of a list it remembers no names.
  channel_lists(channel_events& events, const leg_graph& graph, std::size_t most)
      : events_(events), graph_(graph), most_(most) {}

  /// Both lists have been asked for. A channel that came before `unheard_before`, by the clock of Asterisk,
  /// and of which no event has told, is counted, but for those of the `first` lists.
  void begin(timestamp unheard_before, bool first);

  /// A message that belongs to one of them. `ahead` is how far our clock is ahead of Asterisk's.
  void take_bridge(const ami_event& message);
  void take_channel(const ami_event& message, std::chrono::microseconds ahead);

  /// No more of it is waited for.
  void fail(std::string why);

  void end();

  /// An event has told of this channel.
  void heard(std::string_view id);

  state now() const { return state_; }
  const std::string& why() const { return why_; }
  std::uint64_t unheard() const { return unheard_; }

  /// Names that it remembers.
  std::size_t kept() const { return new_.size() + still_new_.size() + pjsip_.size(); }

  /// Listed channels of PJSIP, by Uniqueid: they can be asked more than the list has. Once for each list.
  std::vector<std::string> take_pjsip() { return std::exchange(pjsip_, {}); }

private:
  struct list {
    std::uint64_t items = 0;
    bool complete = false;
  };

  void take(list& of, const ami_event& message, std::string_view complete);

  channel_events& events_;
  const leg_graph& graph_;
  const std::size_t most_;
  state state_ = state::none;
  list bridges_;
  list channels_;
  timestamp unheard_before_;
  std::uint64_t unheard_ = 0;
  bool first_ = true;                         ///< nothing was heard before
  std::unordered_set<std::string> new_;       ///< listed, and known by no event so far
  std::unordered_set<std::string> still_new_; ///< those of them that the running list has
  std::vector<std::string> pjsip_;
  std::string why_;
};

} // namespace rollcall::asterisk
