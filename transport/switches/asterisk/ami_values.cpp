#include "transport/switches/asterisk/ami_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace rollcall::asterisk {

namespace {

/// Who chooses one has 149; Asterisk adds `;2` for the other half of a Local channel.
constexpr std::size_t id_bytes = 151;
constexpr std::string_view half_prefix = "Local/";

/// Channels that Asterisk makes for itself, or with which it sends media to a program.
constexpr std::array<std::string_view, 14> internal_prefixes = {"CBAnn/",        "CBRec/",
                                                                "Recorder/",     "Announcer/",
                                                                "Surrogate/",    "AsyncGoto/",
                                                                "Snoop/",        "Message/",
                                                                "Bridge/",       "UnicastRTP/",
                                                                "MulticastRTP/", "AudioSocket/",
                                                                "WebSocket/",    "OutgoingSpoolFailed"};

/// September 2001: a smaller number in an id is no time, but was chosen.
constexpr timestamp earliest_in_id{std::chrono::seconds{1'000'000'000}};

/// The end of the year 9999, after which no time is one.
constexpr std::uint64_t most_seconds = 253'402'300'799;

std::optional<std::uint64_t> natural(std::string_view text) {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, number);
  return failed == std::errc{} && at == end && !text.empty() ? std::optional{number} : std::nullopt;
}

std::optional<timestamp> seconds(std::string_view text) {
  const auto number = natural(text);
  if (!number || *number == 0 || *number > most_seconds)
    return std::nullopt;
  return timestamp{std::chrono::seconds{static_cast<std::int64_t>(*number)}};
}

} // namespace

bool is_leg_id(std::string_view text) {
  return !text.empty() && text.size() <= id_bytes
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
}

leg_kind kind_of(std::string_view channel) {
  if (channel.starts_with(half_prefix))
    return leg_kind::half;
  const auto is_internal = std::any_of(internal_prefixes.begin(), internal_prefixes.end(),
                                       [&](auto prefix) { return channel.starts_with(prefix); });
  return is_internal ? leg_kind::internal : leg_kind::external;
}

std::string_view endpoint_of(std::string_view channel) {
  const auto slash = channel.find('/');
  const auto dash = channel.rfind('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos || dash < slash)
    return {};
  return channel.substr(slash + 1, dash - slash - 1);
}

std::string_view pair_of(std::string_view channel) {
  const auto is_half =
      channel.starts_with(half_prefix) && (channel.ends_with(";1") || channel.ends_with(";2"));
  return is_half ? channel.substr(0, channel.size() - 1) : std::string_view{};
}

std::optional<leg_state> state_of(std::string_view channel_state) {
  static constexpr std::array states = {
      leg_state::down,    // Down
      leg_state::down,    // Rsrvd
      leg_state::down,    // OffHook
      leg_state::down,    // Dialing: of old technologies, in either direction
      leg_state::calling, // Ring
      leg_state::ringing, // Ringing
      leg_state::up,      // Up
      leg_state::ringing, // Busy
  };
  const auto number = natural(channel_state);
  return number && *number < states.size() ? std::optional{states[*number]} : std::nullopt;
}

bridge_kind bridge_kind_of(std::string_view type) {
  if (type == "basic")
    return bridge_kind::conversation;
  return type == "parking" || type == "holding" ? bridge_kind::holding : bridge_kind::conference;
}

std::string_view number_of(std::string_view text) { return text == "<unknown>" ? std::string_view{} : text; }

std::string_view dialled_extension(std::string_view exten) {
  return exten == "s" || exten == "h" ? std::string_view{} : exten;
}

std::string_view number_in(std::string_view dial_string) {
  if (const auto slash = dial_string.rfind('/'); slash != std::string_view::npos)
    dial_string.remove_prefix(slash + 1);
  for (const std::string_view scheme : {"sip:", "sips:"})
    if (dial_string.starts_with(scheme))
      dial_string.remove_prefix(scheme.size());
  return dial_string.substr(0, dial_string.find('@'));
}

std::string_view media_address(std::string_view answer) {
  if (answer == "(null)")
    return {};
  if (answer.starts_with('[')) // IPv6
    return answer.substr(1, answer.find(']') == std::string_view::npos ? 0 : answer.find(']') - 1);
  return answer.substr(0, answer.rfind(':'));
}

std::optional<timestamp> time_in(std::string_view text) {
  constexpr std::size_t microsecond_digits = 6, nanosecond_digits = 9;
  const auto dot = text.find('.');
  const auto whole = seconds(text.substr(0, dot));
  if (!whole || dot == std::string_view::npos)
    return whole;
  const auto fraction = text.substr(dot + 1);
  auto rest = natural(fraction.substr(0, microsecond_digits));
  if (!rest || fraction.size() > nanosecond_digits || !natural(fraction))
    return std::nullopt;
  for (auto digits = fraction.size(); digits < microsecond_digits; ++digits)
    *rest *= 10;
  return *whole + std::chrono::microseconds{static_cast<std::int64_t>(*rest)};
}

std::optional<timestamp> time_of_id(std::string_view unique_id) {
  if (const auto dash = unique_id.rfind('-'); dash != std::string_view::npos)
    unique_id.remove_prefix(dash + 1);
  const auto dot = unique_id.find('.');
  const auto time = dot == std::string_view::npos ? std::nullopt : seconds(unique_id.substr(0, dot));
  return time && *time >= earliest_in_id ? time : std::nullopt;
}

} // namespace rollcall::asterisk
