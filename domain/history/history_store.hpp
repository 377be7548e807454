#pragma once

#include "domain/history/history_points.hpp"
#include "domain/history/packed_minute.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// From when on figures are kept; what is older is let go. Hours are kept at least as long as minutes.
struct history_keep {
  history_time minutes;
  history_time hours;
};

/// Minutes and hours that cannot be read because they are damaged where they are kept. They read as gaps.
struct history_damage {
  std::string where;       ///< the file
  history_time first;      ///< the one that was met first
  std::uint64_t times = 0; ///< that one was met
};

/// Where the history is written. It may wait for the disk. Each function throws what it fails with, an
/// std::exception; then it may be tried again. One thread at a time.
class history_sink {
public:
  virtual ~history_sink() = default;

  /// Makes sure that there is a history to write to, and to read.
  virtual void check() = 0;

  /// Takes a minute and what belongs to it, in one transaction. A minute that is there already becomes
  /// joined() with this one. False when it is not a minute, or when its hour is not kept any more: the sink
  /// will never take it.
  virtual bool write(const packed_minute& minute, const history_keep& keep) = 0;

  /// Bytes that the history takes.
  virtual std::uint64_t bytes() = 0;

  /// True, once, when what was written before is gone and it was begun anew.
  virtual bool take_loss() = 0;

  /// What was found damaged since the last time, when hours were summed up.
  virtual std::optional<history_damage> take_damage() = 0;
};

/// Where the history is read, while it is written. As history_sink.
class history_source {
public:
  virtual ~history_source() = default;

  /// The points of a range that was counted of a subject.
  virtual std::vector<history_point> read(history_subject whose, const history_range& range) = 0;

  /// What was found damaged since the last time.
  virtual std::optional<history_damage> take_damage() = 0;
};

} // namespace rollcall
