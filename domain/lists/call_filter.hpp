#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/text_hash.hpp"
#include "domain/base/text_pattern.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/calls/symptom_rules.hpp"
#include "domain/directory/directory.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace rollcall {

/// Some of the states of a call.
class call_states {
public:
  void add(call_state s) { bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(s)); }
  bool has(call_state s) const { return (bits_ >> static_cast<unsigned>(s) & 1U) != 0; }
  bool none() const { return bits_ == 0; }

  /// One for each state, for messages.
  std::uint8_t bits() const { return bits_; }
  static call_states of_bits(std::uint8_t bits) {
    call_states result;
    result.bits_ = bits;
    return result;
  }

  friend bool operator==(const call_states&, const call_states&) = default;

private:
  std::uint8_t bits_ = 0;
};

static_assert(call_state_count <= 8);

/// At least and at most so long; each may be left open.
struct span_of_time {
  std::optional<std::chrono::microseconds> least = {};
  std::optional<std::chrono::microseconds> most = {};

  bool open() const { return !least && !most; }
  bool has(std::chrono::microseconds t) const { return (!least || t >= *least) && (!most || t <= *most); }

  friend bool operator==(const span_of_time&, const span_of_time&) = default;
};

/// Which calls are meant, of those of a scope: the part that one picture of a call decides. The same for
/// everything that selects calls (events.md, 1). What is absent selects all.
struct call_filter {
  /// Of IDs as calls have them, not as they are shown. Shared: it may be long, and nobody changes it.
  using ids = std::unordered_set<std::string, text_hash, std::equal_to<>>;

  std::optional<vendor_id> vendor; ///< ignored when `connection` is given
  std::optional<connection_id> connection;
  std::optional<node_id> node;
  std::optional<switch_name> source;
  std::shared_ptr<const ids> only; ///< null: any
  std::optional<text_pattern> cli;
  std::optional<text_pattern> cld;
  std::optional<text_pattern> sip_call_id;
  std::optional<text_pattern> media_ip; ///< of either side
  std::optional<std::string> direction;
  call_states states; ///< none: any
  span_of_time duration;
  span_of_time delay;
  std::optional<std::chrono::microseconds> least_age; ///< since setup, of calls that are not over
  std::optional<bool> suspect;                        ///< only calls with a symptom; false: without any

  /// By which the node that has the calls looks for symptoms; it sets them itself. Null: those count that
  /// were found when somebody last looked (for streams, whose calls have to leave as they came).
  symptom_rules_ptr rules = {};

  /// True when time alone changes what it selects: no event says so.
  bool is_of_time() const { return !duration.open() || !delay.open() || least_age; }

  friend bool operator==(const call_filter&, const call_filter&) = default;
};

/// `now` is the moment for which running times are told.
bool matches(const call_filter& filter, const directory& dir, const call_record& record, timestamp now);

} // namespace rollcall
