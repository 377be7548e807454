#pragma once

#include "actors/wire.hpp"
#include "domain/history/packed_minute.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// What a minute counts in the backlog of who receives it.
std::size_t bytes_of(const wire::history_part& part);

/// A minute as it travels: in parts of about defaults::batch_bytes, for a message is bounded.
std::vector<wire::history_part> parts_of(const packed_minute& minute, const std::string& node);

/// Puts minutes of other nodes together again. Whatever these send, what is kept of minutes that are not
/// whole is bounded (defaults::history_begun_bytes, history_begun), and given up when no part follows
/// (history_part_patience).
class minute_assembly {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// A minute, and what its parts have counted in the backlog.
  struct whole {
    packed_minute minute;
    std::size_t bytes = 0;
  };

  /// A minute that will not be whole.
  struct failure {
    std::string node; ///< that had counted it
    std::string_view why;
    std::size_t bytes = 0; ///< of its parts, to be released
  };

  /// The next part of its node's minute: the minute when that was the last. A part that does not follow the
  /// one before costs its minute.
  std::optional<whole> take(wire::history_part part, moment now);

  /// What was given up since the last time.
  std::vector<failure> take_failures();

private:
  struct beginning {
    std::uint32_t next = 0; ///< number of the part that follows
    moment last;            ///< when a part came
    whole so_far;
  };

  std::optional<std::string_view> refusal(const wire::history_part& part, std::size_t bytes) const;
  void expire(moment now);
  void give_up(const std::string& node, std::string_view why, std::size_t bytes_of_part = 0);

  std::map<std::string, beginning> begun_; ///< by node
  std::size_t bytes_begun_ = 0;
  std::vector<failure> failures_;
};

} // namespace rollcall
