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

constexpr std::string_view variable_name = "ChanVariable";

std::size_t other_of(std::string_view name) {
  return static_cast<std::size_t>(std::find(other_names.begin(), other_names.end(), name)
                                  - other_names.begin());
}

/// What stands around channels and is read: once each, the variables of a channel directly behind it.
class surroundings {
public:
  /// False for a header that is out of its place.
  bool take(const ami_event& message, std::size_t which) {
    const auto name = message.name(which);
    if (name.ends_with(variable_name))
      return is_behind_its_channel(message, which) && is_first_of_its_variable(message, which);
    const auto other = other_of(name);
    if (other == other_names.size())
      return true;
    return !std::exchange(seen_[other], true) && (name != "SwapUniqueid" || has_channel_);
  }

  void has_channel() { has_channel_ = true; }

private:
  static bool is_behind_its_channel(const ami_event& message, std::size_t which) {
    const auto name = message.name(which);
    const auto prefix = name.substr(0, name.size() - variable_name.size());
    const auto before = which == 0 ? std::string_view{} : message.name(which - 1);
    return before == name
           || (before.starts_with(prefix) && before.substr(prefix.size()) == channel_names.back());
  }

  static bool is_first_of_its_variable(const ami_event& message, std::size_t which) {
    const auto variable = message.value(which).substr(0, message.value(which).find('='));
    for (auto i = which; i > 0 && message.name(i - 1) == message.name(which); --i)
      if (const auto other = message.value(i - 1); other.substr(0, other.find('=')) == variable)
        return false;
    return true;
  }

  std::array<bool, other_names.size()> seen_{};
  bool has_channel_ = false;
};

bool is_read_elsewhere(std::string_view name) {
  return name.ends_with(variable_name) || other_of(name) != other_names.size();
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `<seconds since 1970>.<microseconds>`, as Asterisk writes it.
bool is_time(std::string_view text) {
  constexpr std::size_t seconds = 10;
  constexpr std::size_t microseconds = 6;
  return text.size() == seconds + 1 + microseconds && text[seconds] == '.'
         && is_number(text.substr(0, seconds)) && is_number(text.substr(seconds + 1));
}

/// Where a transfer or a Local channel leads to, behind the channels of such an event.
bool may_stand_alone(std::string_view name) { return name == "Context" || name == "Exten"; }

} // namespace

bool has_whole_channels(const ami_event& message) {
  std::array<bool, channel_prefixes.size()> seen{};
  surroundings around;
  std::optional<place> last; // of a channel that is not complete yet
  for (std::size_t i = 0; i < message.size(); ++i) {
    const auto name = message.name(i);
    const auto now = place_of(name);
    if (!now || (!last && may_stand_alone(name))) {
      if ((last && is_read_elsewhere(name)) || !around.take(message, i))
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
    if (now->at + 1 == channel_names.size()) {
      last.reset();
      around.has_channel();
    }
  }
  return !last;
}

bool begins_as_event(const ami_event& message) {
  return message.size() >= event_beginning && message.name(0) == "Event" && !message.value(0).empty()
         && message.name(1) == "Privilege"
         && (message.value(1).ends_with(",all") || message.value(1) == "<none>")
         && message.name(2) == "Timestamp" && is_time(message.value(2));
}

} // namespace rollcall::asterisk
