#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace rollcall::kamailio {

/// Says whether a list of dialogs is complete. Kamailio counts its dialogs (dlg.stats_active) before and
/// after it lists them. A dialog that is missing from the list is missing from both comparisons:
///
///     counted before = listed - started meanwhile and listed + ended meanwhile and not listed
///     counted after  = listed - ended meanwhile              + started meanwhile and not listed
///
/// What starts and ends meanwhile is known from events. An event comes some milliseconds after its dialog has
/// changed, so that those at the moment of a count may belong on either side of it: each comparison may be
/// wrong by as many as came within `blur` of its count, and is exact when there were none. Pure; one thread.
class snapshot_proof {
public:
  using moment = std::chrono::steady_clock::time_point;

  explicit snapshot_proof(std::chrono::milliseconds blur) : blur_(blur) {}

  /// The first count is about to be asked for; nothing is listed yet.
  void begin(moment now);

  /// No list is under way any more.
  void end();

  // --- events, at any time

  void started(std::string_view id, moment now);
  void ended(std::string_view id, moment now);

  // --- between begin() and end()

  /// The second count is about to be asked for.
  void list_read(moment now);

  /// Kamailio has answered with the first or the second count.
  void counted(std::uint64_t dialogs, moment now);

  /// A dialog that is up. `reported`: the script tells of it by events.
  void listed(std::string_view id, bool reported);

  /// The list cannot be complete whatever the counts say; the first reason stays.
  void spoil(std::string reason);

  /// Why the list is not known to be complete; empty when it is. `end_marked`: the text itself shows where
  /// the list ends. Then events may be as late as they like, and dialogs without events, which come and go
  /// unseen, are given the benefit of the doubt.
  std::string doubt(bool end_marked) const;

private:
  using ids = std::unordered_set<std::size_t>; ///< hashes: two that collide cost a proof, they make none

  void changed(moment now);
  void forget_changes(moment now);
  bool has(std::size_t id) const { return reported_.contains(id) || unreported_.contains(id); }

  const std::chrono::milliseconds blur_;
  bool open_ = false;
  bool read_ = false; ///< the list is
  std::optional<std::uint64_t> before_, after_;
  moment before_at_;
  std::deque<moment> changes_;       ///< of the last `blur`
  std::uint64_t changes_before_ = 0; ///< at the time of the first count
  std::uint64_t changes_after_ = 0;  ///< and of the second
  std::uint64_t changes_all_ = 0;    ///< since begin(), and just before it
  ids started_, ended_, reported_, unreported_;
  std::string spoilt_;
};

} // namespace rollcall::kamailio
