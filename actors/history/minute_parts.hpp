#pragma once

#include "actors/wire.hpp"
#include "domain/history/packed_minute.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What a minute counts in the backlog of who receives it.
std::size_t bytes_of(const wire::history_part& part);

/// A minute as it travels: in parts of about defaults::batch_bytes, for a message is bounded.
std::vector<wire::history_part> parts_of(const packed_minute& minute, const std::string& node);

/// Puts minutes of other nodes together again.
class minute_assembly {
public:
  /// A minute, and what its parts have counted in the backlog.
  struct whole {
    packed_minute minute;
    std::size_t bytes = 0;
  };

  /// The next part of its node's minute: the minute when that was the last. A part that does not follow the
  /// one before costs its minute.
  std::optional<whole> take(wire::history_part part);

  /// Bytes of parts that were given up since the last time; they are to be released.
  std::size_t take_given_up();

private:
  struct beginning {
    std::uint32_t next = 0; ///< number of the part that follows
    whole so_far;
  };

  void give_up(const std::string& node);

  std::map<std::string, beginning> begun_; ///< by node; as many as there are nodes
  std::size_t given_up_ = 0;
};

} // namespace rollcall
