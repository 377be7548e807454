#pragma once

#include "domain/calls/leg_graph.hpp"
#include "transport/switches/asterisk/ami_event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace rollcall::asterisk {

/// What of an Asterisk's dialplan and endpoints its channels are read by.
struct channel_rules {
  std::set<std::string, std::less<>> carriers = {}; ///< endpoints of connections
  std::string account_variable = {};           ///< whose value is the account, in place of the AccountCode
  std::string said_account = "RC_ACCOUNT";     ///< variable that names an account where the channel has none
  std::string said_callee = "RC_CLD";          ///< variable that says what was dialled
  std::string said_direction = "RC_DIRECTION"; ///< variable with the direction of its call
  std::string sip_call_id = "RC_CALLID";       ///< variable with the Call-ID of the channel's dialog
};

/// Tells a leg graph what Asterisk says of channels and bridges. Pure; one thread. Both outlive it.
///
/// The graph's connections are names of endpoints. A snapshot is: graph.snapshot_begin() before the first
/// list is asked for, listed_bridge() and listed_channel() for each item, graph.snapshot_end() when both
/// lists are complete, `whole` if each has as many items as it says, and each channel its Uniqueid. Events go
/// on being taken in between.
class channel_events {
public:
  channel_events(const channel_rules& rules, leg_graph& graph) : rules_(rules), graph_(graph) {}

  /// True for an event of which something is taken.
  static bool knows(const ami_event& event);

  /// An event. `now.wall` is when it happened, as time_in() its `Timestamp`, by our clock. What it does not
  /// know changes nothing.
  void take(const ami_event& event, leg_moment now);

  /// An item of BridgeList.
  void listed_bridge(const ami_event& item);

  /// An item of CoreShowChannels. `ahead` is how far our clock is ahead of Asterisk's. False when it has no
  /// Uniqueid: it may be any channel, and the list is not whole.
  bool listed_channel(const ami_event& item, std::chrono::microseconds ahead = {});

  /// An answer to Getvar: where a channel's RTP goes. Of a channel on hold nothing is known, and the old one
  /// stays.
  void media(std::string_view unique_id, std::string_view answer, leg_moment now);

  /// An answer to Getvar: the Call-ID of a channel's dialog.
  void sip_call_id(std::string_view unique_id, std::string_view answer, leg_moment now);

  /// Channels whose Uniqueid was none: nothing was taken of them.
  std::uint64_t bad_ids() const { return bad_ids_; }

private:
  leg_facts facts(const ami_event& event, std::string_view prefix);
  void see(const ami_event& event, std::string_view prefix, leg_moment now);
  void see_others(const ami_event& event, bool is_transfer, leg_moment now);
  void dial_began(const ami_event& event, leg_moment now);
  void dial_goes_on(const ami_event& event, leg_moment now);
  void dial_ended(const ami_event& event, leg_moment now);
  void bridge_entered(const ami_event& event, leg_moment now);
  void bridge_left(const ami_event& event, leg_moment now);

  const channel_rules& rules_;
  leg_graph& graph_;
  std::chrono::microseconds ahead_{}; ///< of Asterisk's clock ours is, by its last timestamp
  std::uint64_t bad_ids_ = 0;
};

} // namespace rollcall::asterisk
