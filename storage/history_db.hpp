#pragma once

#include "domain/history/history_store.hpp"
#include "storage/database_files.hpp"
#include "storage/open_mode.hpp"
#include "storage/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

namespace rollcall {

/// The history in an SQLite file: figures by the minute, and by the hour of what is longer ago. One thread at
/// a time for each object; any number may read what one writes, also of other processes, and waits for
/// nothing. After a power failure what was written since the last checkpoint may be gone, the file never is.
/// Throws sqlite::error.
class history_db {
public:
  /// `read_only` reads a file that another one has made.
  explicit history_db(const std::filesystem::path& file, open_mode mode = open_mode::create);
  history_db(const history_db&) = delete;
  history_db& operator=(const history_db&) = delete;
  /// Of a file that is not in its place any more nothing is left beside the one that replaced it.
  ~history_db();

  /// See history_sink. In the same transaction hours that are over are summed up, and some of what need not
  /// be kept is let go: two hours of minutes and a day of hours at most, so that the transaction stays short
  /// after a long pause too.
  bool write(const packed_minute& minute, const history_keep& keep);

  /// What was counted of a subject in that time, to `into`, which is of `range`. Steps of whole hours are
  /// made of hours, as far as these are summed up; others of minutes alone. What is damaged is left out, so
  /// that it is a gap.
  void read(history_subject whose, const history_range& range, history_points& into);

  /// What was found damaged since the last time, by a read or a write.
  std::optional<history_damage> take_damage() { return std::exchange(damage_, std::nullopt); }

  /// False when it is to be opened again: the file, or its write-ahead file, is not the one any more that has
  /// its name. Who only reads goes on with a file that was moved until who writes has left it.
  bool in_place() const;

  /// Bytes of the file and of what SQLite puts beside it.
  std::uint64_t size() const;

private:
  std::optional<counted_minute> find(history_time start);
  std::optional<counted_minute> minute_of(const sqlite::statement& mark, sqlite::statement& blocks);
  std::optional<call_figures> figures_of(history_subject whose, const sqlite::statement& row, int column);
  void note_damage(history_time time);
  void store(const packed_minute& minute);
  void sum_up(history_time hour);
  void sum_up_before(history_time hour);
  void let_go(const history_keep& keep);
  history_time summed_up_to();

  sqlite::database db_;
  database_files files_;
  bool reads_only_;
  std::optional<history_damage> damage_;
};

} // namespace rollcall
