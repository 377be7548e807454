#include "transport/switches/asterisk/call_note.hpp"

#include "transport/switches/asterisk/ami_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

namespace rollcall::asterisk {

namespace {

constexpr std::string_view version = "1";
constexpr std::string_view owner = "o";
constexpr std::string_view other = "-";
constexpr std::string_view digits = "0123456789abcdef";
constexpr char separator = ',';
constexpr char escape = '%';

/// What stands where in a note.
struct fields {
  std::string_view version, account, caller, callee, setup, connect, id, role, leg;
};

void append_text(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (c > ' ' && c < '\x7f' && c != separator && c != escape) {
      to += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      to.append({escape, digits[byte >> 4U], digits[byte & 15U]});
    }
  }
}

std::optional<std::string> text_in(std::string_view written) {
  std::string text;
  while (!written.empty()) {
    auto next = written.front();
    written.remove_prefix(1);
    if (next == escape) {
      const auto high = written.empty() ? digits.npos : digits.find(written[0]);
      const auto low = written.size() < 2 ? digits.npos : digits.find(written[1]);
      if (high == digits.npos || low == digits.npos)
        return std::nullopt;
      next = static_cast<char>(high << 4U | low);
      written.remove_prefix(2);
    }
    text += next;
  }
  return text;
}

std::optional<timestamp> time_in_note(std::string_view text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc{} || at != end || number < 0)
    return std::nullopt;
  return timestamp{std::chrono::microseconds{number}};
}

std::string microseconds(timestamp of) { return std::to_string(of.time_since_epoch().count()); }

std::optional<fields> split(std::string_view note) {
  fields all;
  const std::array parts{&all.version, &all.account, &all.caller, &all.callee, &all.setup,
                         &all.connect, &all.id,      &all.role,   &all.leg};
  for (auto* each : parts) {
    const auto end = each == parts.back() ? note.size() : note.find(separator);
    if (end == note.npos)
      return std::nullopt;
    *each = note.substr(0, end);
    note.remove_prefix(std::min(end + 1, note.size()));
  }
  return all.version == version ? std::optional{all} : std::nullopt;
}

/// As leg_graph makes them: that of a leg, or with a number behind it.
bool is_call_id(std::string_view text) {
  const auto slash = text.find('/');
  const auto number = slash == text.npos ? std::string_view{"2"} : text.substr(slash + 1);
  return is_leg_id(text.substr(0, slash)) && !number.empty()
         && number.find_first_not_of("0123456789") == number.npos;
}

} // namespace

std::string note_of(const leg_call& call, std::string_view leg) {
  const auto is_owner = leg == call.owner;
  if (!call.owner.empty() && (!is_owner || (call.id == leg && call.connect == timestamp{})))
    return {};
  std::string note{version};
  const auto add = [&note](std::string_view text) {
    note += separator;
    append_text(note, text);
  };
  add(call.account);
  add(call.caller);
  add(call.callee);
  add(microseconds(call.setup));
  add(microseconds(call.connect));
  add(call.id);
  add(is_owner ? owner : other);
  add(leg);
  return note.size() > note_bytes ? std::string{} : note;
}

std::optional<known_call> call_in(std::string_view note, std::string_view leg, timestamp now) {
  const auto said = split(note);
  if (!said)
    return std::nullopt;
  const auto account = text_in(said->account), caller = text_in(said->caller), callee = text_in(said->callee),
             id = text_in(said->id), its_leg = text_in(said->leg);
  const auto setup = time_in_note(said->setup), connect = time_in_note(said->connect);
  const auto is_owner = said->role == owner;
  const auto has_times =
      setup && connect && *setup != timestamp{} && (*connect == timestamp{} || *connect >= *setup);
  if (!account || !caller || !callee || !id || !is_call_id(*id) || its_leg != leg || !has_times
      || (!is_owner && said->role != other))
    return std::nullopt;
  known_call call;
  call.id = *id;
  call.account = *account;
  call.caller = *caller;
  call.callee = *callee;
  call.setup = std::min(*setup, now);
  call.connect = std::min(*connect, now);
  call.owner = is_owner ? *its_leg : std::string{};
  call.legs = {*its_leg};
  return call;
}

} // namespace rollcall::asterisk
