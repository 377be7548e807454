#include "transport/switches/asterisk/ami_grammar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace rollcall::asterisk {

namespace {

/// What a channel has, in the order in which Asterisk 16 and 22 write it.
constexpr std::array<std::string_view, 14> channel_names = {
    "Channel",           "ChannelState", "ChannelStateDesc",
    "CallerIDNum",       "CallerIDName", "ConnectedLineNum",
    "ConnectedLineName", "Language",     "AccountCode",
    "Context",           "Exten",        "Priority",
    "Uniqueid",          "Linkedid"};

/// Before these, in events of more than one channel.
constexpr std::array<std::string_view, 12> channel_prefixes = {
    "",           "Dest",           "LocalOne",         "LocalTwo",       "Transferee",
    "Transferer", "OrigTransferer", "SecondTransferer", "TransferTarget", "Parkee",
    "Parker",     "Retriever"};

/// What else is read of an event.
constexpr std::array<std::string_view, 9> other_names = {"Event",        "BridgeUniqueid", "BridgeType",
                                                         "SwapUniqueid", "BridgeId",       "Application",
                                                         "DialStatus",   "DialString",     "Timestamp"};

struct place {
  std::string_view prefix; ///< which channel
  std::size_t at = 0;      ///< in channel_names
};

std::optional<place> place_of(std::string_view name) {
  for (std::size_t at = 0; at < channel_names.size(); ++at) {
    if (!name.ends_with(channel_names[at]))
      continue;
    const auto before = name.substr(0, name.size() - channel_names[at].size());
    if (std::find(channel_prefixes.begin(), channel_prefixes.end(), before) != channel_prefixes.end())
      return place{before, at};
  }
  return std::nullopt;
}

bool is_read_elsewhere(std::string_view name) {
  return name.ends_with("ChanVariable")
         || std::find(other_names.begin(), other_names.end(), name) != other_names.end();
}

/// Where a transfer or a Local channel leads to, behind the channels of such an event.
bool may_stand_alone(std::string_view name) { return name == "Context" || name == "Exten"; }

} // namespace

bool has_whole_channels(const ami_event& message) {
  std::array<bool, channel_prefixes.size()> seen{};
  std::optional<place> last; // of a channel that is not complete yet
  for (std::size_t i = 0; i < message.size(); ++i) {
    const auto name = message.name(i);
    const auto now = place_of(name);
    if (!now || (!last && may_stand_alone(name))) {
      if (last && is_read_elsewhere(name))
        return false;
      continue;
    }
    if (last ? now->prefix != last->prefix || now->at != last->at + 1 : now->at != 0)
      return false;
    if (!last) {
      const auto* const which = std::find(channel_prefixes.begin(), channel_prefixes.end(), now->prefix);
      if (std::exchange(seen[static_cast<std::size_t>(which - channel_prefixes.begin())], true))
        return false;
    }
    last = now;
    if (now->at + 1 == channel_names.size())
      last.reset();
  }
  return !last;
}

bool begins_as_event(const ami_event& message) {
  return message.size() >= event_beginning && message.name(0) == "Event" && message.name(1) == "Privilege"
         && message.name(2) == "Timestamp";
}

} // namespace rollcall::asterisk
