#include "transport/switches/asterisk/channel_events.hpp"

#include "transport/switches/asterisk/ami_values.hpp"

#include <algorithm>
#include <array>

namespace rollcall::asterisk {

namespace {

/// What is done with an event.
enum class use : std::uint8_t {
  see_channel,
  see_others,   ///< more than one channel, of which none is the event's own
  see_transfer, ///< as well
  new_channel,
  dial_began,
  dial_goes_on,
  dial_ended,
  bridge_created,
  bridge_entered,
  bridge_left,
  bridge_gone,
  hung_up,
};

struct known_event {
  std::string_view name;
  use what;
};

/// Others say nothing of channels, or too much, or may hold headers that somebody has chosen (UserEvent).
/// BridgeMerge is told by what it does.
constexpr std::array known_events = {
    known_event{"Newchannel", use::new_channel},
    known_event{"Newstate", use::see_channel},
    known_event{"NewCallerid", use::see_channel},
    known_event{"NewConnectedLine", use::see_channel},
    known_event{"NewAccountCode", use::see_channel},
    known_event{"Hold", use::see_channel},
    known_event{"Unhold", use::see_channel},
    known_event{"Pickup", use::see_channel},
    known_event{"ConfbridgeJoin", use::see_channel},
    known_event{"HangupRequest", use::see_channel},
    known_event{"SoftHangupRequest", use::see_channel},
    known_event{"LocalBridge", use::see_others},
    known_event{"LocalOptimizationBegin", use::see_others},
    known_event{"LocalOptimizationEnd", use::see_others},
    known_event{"BlindTransfer", use::see_transfer},
    known_event{"AttendedTransfer", use::see_transfer},
    known_event{"ParkedCall", use::see_others},
    known_event{"UnParkedCall", use::see_others},
    known_event{"DialBegin", use::dial_began},
    known_event{"DialState", use::dial_goes_on},
    known_event{"DialEnd", use::dial_ended},
    known_event{"BridgeCreate", use::bridge_created},
    known_event{"BridgeEnter", use::bridge_entered},
    known_event{"BridgeLeave", use::bridge_left},
    known_event{"BridgeDestroy", use::bridge_gone},
    known_event{"Hangup", use::hung_up},
};

/// Before the headers of channels in events of more than one.
constexpr std::array<std::string_view, 10> other_prefixes = {
    "LocalOne",         "LocalTwo",       "Transferee", "Transferer", "OrigTransferer",
    "SecondTransferer", "TransferTarget", "Parkee",     "Parker",     "Retriever"};

constexpr std::string_view own;
constexpr std::string_view dialled = "Dest";

const known_event* known(const ami_event& event) {
  const auto name = event.get("Event");
  return std::find_if(known_events.begin(), known_events.end(),
                      [name](const auto& each) { return each.name == name; });
}

std::string_view bridge_in(const ami_event& event) { return event.get("BridgeUniqueid"); }

} // namespace

bool channel_events::knows(const ami_event& event) { return known(event) != known_events.end(); }

void channel_events::take(const ami_event& event, leg_moment now) {
  const auto* const found = known(event);
  if (found == known_events.end())
    return;
  if (const auto told = time_in(event.get("Timestamp")))
    ahead_ = now.wall - *told;
  switch (found->what) {
  case use::see_channel:
    return see(event, own, now);
  case use::see_others:
    return see_others(event, false, now);
  case use::see_transfer:
    return see_others(event, true, now);
  case use::new_channel: {
    auto said = facts(event, own);
    said.callee = dialled_extension(event.get("Exten"));
    said.since.reset(); // it is now
    return said.id.empty() ? void() : graph_.seen(said, now);
  }
  case use::dial_began:
    return dial_began(event, now);
  case use::dial_goes_on:
    return dial_goes_on(event, now);
  case use::dial_ended:
    return dial_ended(event, now);
  case use::bridge_created:
    return graph_.bridge_seen(bridge_in(event), bridge_kind_of(event.get("BridgeType")), now);
  case use::bridge_entered:
    return bridge_entered(event, now);
  case use::bridge_left:
    return bridge_left(event, now);
  case use::bridge_gone:
    return graph_.bridge_gone(bridge_in(event), now);
  case use::hung_up: // what else it says may be of the channel that has taken its place
    return graph_.gone(event.get("Uniqueid"), now);
  }
}

void channel_events::listed_bridge(const ami_event& item) {
  graph_.listed_bridge(bridge_in(item), bridge_kind_of(item.get("BridgeType")));
}

bool channel_events::listed_channel(const ami_event& item, std::chrono::microseconds ahead) {
  ahead_ = ahead;
  listed_leg said;
  said.facts = facts(item, own);
  auto& channel = said.facts;
  if (channel.id.empty())
    return !item.get("Uniqueid").empty();
  const auto application = item.get("Application");
  const auto is_in_queue = application == "AppQueue";
  const auto is_grouped = !channel.group.empty() && channel.group != channel.id;
  const auto is_up = channel.state == leg_state::up || channel.state == leg_state::calling;
  said.bridge = item.get("BridgeId");
  said.child = application == "AppDial" || application == "AppDial2" || is_in_queue
               || (is_grouped && (application.empty() || !is_up));
  if (is_in_queue) // it keeps its endpoint's, and is in the call of whom it serves
    channel.account = {};
  if (!said.child)
    channel.callee = dialled_extension(item.get("Exten"));
  graph_.listed(said);
  return true;
}

void channel_events::media(std::string_view unique_id, std::string_view answer, leg_moment now) {
  if (graph_.has_leg(unique_id))
    graph_.seen({.id = unique_id, .media = media_address(answer)}, now);
}

void channel_events::sip_call_id(std::string_view unique_id, std::string_view answer, leg_moment now) {
  if (graph_.has_leg(unique_id))
    graph_.seen({.id = unique_id, .sip_call_id = answer}, now);
}

/// Without an id when there is no such channel, or none that can be taken.
leg_facts channel_events::facts(const ami_event& event, std::string_view prefix) {
  const auto id = event.get(prefix, "Uniqueid");
  if (id.empty())
    return {};
  if (!is_leg_id(id)) {
    ++bad_ids_;
    return {};
  }
  leg_facts said{.id = id};
  if (const auto since = time_of_id(id))
    said.since = *since + ahead_;
  if (const auto channel = event.get(prefix, "Channel"); !channel.empty()) {
    said.kind = kind_of(channel);
    said.pair = pair_of(channel);
    const auto endpoint = endpoint_of(channel);
    if (said.kind == leg_kind::external && rules_.carriers.contains(endpoint))
      said.connection = endpoint;
  }
  said.state = state_of(event.get(prefix, "ChannelState"));
  said.group = event.get(prefix, "Linkedid");
  said.caller = number_of(event.get(prefix, "CallerIDNum"));
  said.account = rules_.account_variable.empty() ? event.get(prefix, "AccountCode")
                                                 : event.variable(prefix, rules_.account_variable);
  said.said_account = event.variable(prefix, rules_.said_account);
  said.said_callee = event.variable(prefix, rules_.said_callee);
  said.said_direction = event.variable(prefix, rules_.said_direction);
  said.sip_call_id = event.variable(prefix, rules_.sip_call_id);
  return said;
}

void channel_events::see(const ami_event& event, std::string_view prefix, leg_moment now) {
  if (const auto said = facts(event, prefix); !said.id.empty())
    graph_.seen(said, now);
}

/// While a transfer goes on its channels swap their accounts: that one counts which they have by themselves.
void channel_events::see_others(const ami_event& event, bool is_transfer, leg_moment now) {
  for (const auto prefix : other_prefixes) {
    auto said = facts(event, prefix);
    said.account = said.said_account = said.said_direction = {};
    said.transferred = is_transfer;
    if (!said.id.empty())
      graph_.seen(said, now);
  }
}

void channel_events::dial_began(const ami_event& event, leg_moment now) {
  see(event, own, now);
  const auto said = facts(event, dialled);
  if (!said.id.empty())
    graph_.dialled(said, event.get("Uniqueid"), number_in(event.get("DialString")), now);
}

void channel_events::dial_goes_on(const ami_event& event, leg_moment now) {
  see(event, own, now);
  const auto said = facts(event, dialled);
  if (!said.id.empty())
    graph_.still_dialled(said, event.get("Uniqueid"), now);
}

void channel_events::dial_ended(const ami_event& event, leg_moment now) {
  const auto is_answered = event.get("DialStatus") == "ANSWER";
  if (is_answered) {
    dial_goes_on(event, now);
  } else {
    see(event, own, now);
    see(event, dialled, now);
  }
  graph_.dial_ended(event.get(dialled, "Uniqueid"), is_answered, now);
}

void channel_events::bridge_entered(const ami_event& event, leg_moment now) {
  see(event, own, now);
  const auto id = event.get("Uniqueid");
  if (const auto swapped = event.get("SwapUniqueid"); !swapped.empty())
    graph_.replaced(swapped, id, now);
  graph_.bridge_seen(bridge_in(event), bridge_kind_of(event.get("BridgeType")), now);
  graph_.joined(id, bridge_in(event), now);
}

void channel_events::bridge_left(const ami_event& event, leg_moment now) {
  see(event, own, now);
  graph_.left(event.get("Uniqueid"), bridge_in(event), now);
}

} // namespace rollcall::asterisk
