#include "storage/history_db.hpp"

#include "storage/history_schema.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

using namespace std::chrono_literals;

/// How much one transaction lets go.
constexpr auto minutes_at_once = 2h;
constexpr auto hours_at_once = 24h;

/// How long readers are waited for when the file has lost its name, before what is in its write-ahead file is
/// moved into it.
constexpr auto patience_with_readers = 1s;

std::int64_t seconds_of(history_time t) { return t.time_since_epoch().count(); }

history_time time_at(std::int64_t since_epoch) { return history_time{std::chrono::seconds{since_epoch}}; }

/// A database whose write-ahead file is open.
sqlite::database open_history(const std::filesystem::path& file, open_mode mode) {
  sqlite::database db{file, mode};
  prepare(db, history_schema, mode);
  // A commit does not wait for the disk; a checkpoint does, before it moves what was written.
  db.execute("PRAGMA synchronous = NORMAL");
  return db;
}

std::int64_t key_of(std::uint64_t first) { return static_cast<std::int64_t>(first); }

void insert_blocks(sqlite::statement& insert, history_time time, const packed_rows_blocks& blocks) {
  for (const auto& block : blocks)
    insert.run(seconds_of(time), key_of(block.first), sqlite::blob{block.bytes});
}

// What minute_of() reads, with the time of a minute.
constexpr const char* blocks_of_minute = "SELECT first, rows FROM minute_rows WHERE time = ? ORDER BY first";

} // namespace

history_db::history_db(const std::filesystem::path& file, open_mode mode)
    : db_(open_history(file, mode)), files_(file), reads_only_(mode == open_mode::read_only) {}

history_db::~history_db() {
  if (reads_only_ || !files_.loss())
    return;
  db_.wait_for_locks(patience_with_readers);
  files_.leave(db_);
}

// Opened again before the writer has left it, a new file would be read with the write-ahead file of the
// former. The writer takes that away, or goes on with it.
bool history_db::in_place() const { return (reads_only_ && files_.has_wal()) || !files_.loss(); }

std::uint64_t history_db::size() const {
  std::uint64_t sum = 0;
  for (const auto* beside : {"", "-wal", "-shm"}) {
    std::error_code none;
    const auto size = std::filesystem::file_size(db_.file().string() + beside, none);
    sum += none ? 0 : size;
  }
  return sum;
}

bool history_db::write(const packed_minute& minute, const history_keep& keep) {
  const auto checked = unpacked(minute);
  if (!checked)
    return false;
  const auto hour = floor_to(history_hour, minute.start);
  if (hour < keep.minutes)
    return false; // some of its minutes are gone: it cannot be summed up again
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  if (const auto known = find(minute.start))
    store(packed(joined(*known, *checked)));
  else
    store(minute);
  if (hour < summed_up_to())
    sum_up(hour); // it came late
  else
    sum_up_before(hour);
  let_go(keep);
  all.commit();
  return true;
}

/// The minute that was counted, if it is kept and can be read.
std::optional<counted_minute> history_db::find(history_time start) {
  sqlite::statement mark{db_, "SELECT time, moments, complete FROM minute WHERE time = ?"};
  if (!mark.with(seconds_of(start)).step())
    return std::nullopt;
  sqlite::statement blocks{db_, blocks_of_minute};
  return minute_of(mark, blocks);
}

std::optional<counted_minute> history_db::minute_of(const sqlite::statement& mark,
                                                    sqlite::statement& blocks) {
  packed_minute kept{
      time_at(mark.integer(0)), static_cast<moment_mask>(mark.integer(1)), mark.integer(2) != 0, {}};
  for (blocks.with(mark.integer(0)); blocks.step();)
    kept.blocks.push_back({static_cast<std::uint64_t>(blocks.integer(0)), std::string{blocks.bytes(1)}});
  auto found = unpacked(kept);
  if (!found)
    note_damage(kept.start);
  return found;
}

/// Of a row that begins with its time. NULL: there is no block in which the subject would be.
std::optional<call_figures> history_db::figures_of(history_subject whose, const sqlite::statement& row,
                                                   int column) {
  if (row.null(column))
    return call_figures{};
  auto found = find_in(row.bytes(column), whose);
  if (!found)
    note_damage(time_at(row.integer(0)));
  return found;
}

void history_db::note_damage(history_time time) {
  if (!damage_)
    damage_ = history_damage{db_.file().string(), time};
  ++damage_->times;
}

void history_db::store(const packed_minute& minute) {
  const auto time = seconds_of(minute.start);
  sqlite::statement{db_, "DELETE FROM minute_rows WHERE time = ?"}.run(time);
  sqlite::statement{db_, "INSERT OR REPLACE INTO minute (time, moments, complete) VALUES (?, ?, ?)"}.run(
      time, std::int64_t{minute.moments}, minute.complete);
  sqlite::statement insert{db_, "INSERT INTO minute_rows (time, first, rows) VALUES (?, ?, ?)"};
  insert_blocks(insert, minute.start, minute.blocks);
}

/// The end of the last hour that is summed up: each before it that has minutes is, too.
history_time history_db::summed_up_to() {
  sqlite::statement last{db_, "SELECT max(time) FROM hour"};
  return last.step() && !last.null(0) ? time_at(last.integer(0)) + history_hour : history_time::min();
}

void history_db::sum_up_before(history_time hour) {
  std::vector<history_time> due;
  const auto from = std::max(summed_up_to(), history_time{});
  sqlite::statement hours{
      db_, "SELECT DISTINCT time / 3600 * 3600 FROM minute WHERE time >= ? AND time < ? ORDER BY 1"};
  for (hours.with(seconds_of(from), seconds_of(hour)); hours.step();)
    due.push_back(time_at(hours.integer(0)));
  for (const auto each : due)
    sum_up(each);
}

void history_db::sum_up(history_time hour) {
  std::int64_t minutes = 0;
  std::int64_t moments = 0;
  bool whole = true;
  figures_rows rows;
  const auto begin = seconds_of(hour);
  const auto end = seconds_of(hour + history_hour);
  sqlite::statement marks{db_, "SELECT time, moments, complete FROM minute WHERE time >= ? AND time < ?"};
  sqlite::statement blocks{db_, blocks_of_minute};
  for (marks.with(begin, end); marks.step();) {
    const auto one = minute_of(marks, blocks);
    if (!one)
      continue; // as if it had not been counted: the hour lacks a minute
    ++minutes;
    moments += count_of(one->moments);
    whole = whole && one->is_whole();
    rows = joined(rows, one->rows);
  }
  sqlite::statement{db_, "DELETE FROM hour_rows WHERE time = ?"}.run(begin);
  sqlite::statement{db_, "INSERT OR REPLACE INTO hour (time, minutes, moments, whole) VALUES (?, ?, ?, ?)"}
      .run(begin, minutes, moments, whole);
  sqlite::statement insert{db_, "INSERT INTO hour_rows (time, first, rows) VALUES (?, ?, ?)"};
  insert_blocks(insert, hour, packed(rows));
}

void history_db::let_go(const history_keep& keep) {
  const auto let_go_of = [this](const std::string& table, history_time before, std::chrono::seconds most) {
    sqlite::statement oldest{db_, "SELECT min(time) FROM " + table};
    if (!oldest.step() || oldest.null(0))
      return;
    const auto end = seconds_of(std::min(before, time_at(oldest.integer(0)) + most));
    oldest.restart();
    sqlite::statement{db_, "DELETE FROM " + table + "_rows WHERE time < ?"}.run(end);
    sqlite::statement{db_, "DELETE FROM " + table + " WHERE time < ?"}.run(end);
  };
  let_go_of("minute", std::min(keep.minutes, summed_up_to()), minutes_at_once);
  let_go_of("hour", keep.hours, hours_at_once);
}

void history_db::read(history_subject whose, const history_range& range, history_points& into) {
  const sqlite::transaction one_state{db_, sqlite::transaction::kind::read};
  const auto key = key_of(whose.key());
  auto from = range.from;
  // The block in which the subject would be; NULL where nobody up to it had calls.
  const auto block_of = [](const std::string& table) {
    return "(SELECT rows FROM " + table + " r WHERE r.time = m.time AND r.first <= ?1 "
           + "ORDER BY r.first DESC LIMIT 1)";
  };
  if (range.step % history_hour == 0s) {
    sqlite::statement hours{db_, "SELECT m.time, m.minutes, m.moments, m.whole, " + block_of("hour_rows")
                                     + " FROM hour m WHERE m.time >= ?2 AND m.time < ?3"};
    for (hours.with(key, seconds_of(from), seconds_of(range.to)); hours.step();)
      if (const auto figures = figures_of(whose, hours, 4))
        into.add({time_at(hours.integer(0)), static_cast<std::uint32_t>(hours.integer(1)),
                  static_cast<std::uint32_t>(hours.integer(2)), hours.integer(3) != 0, *figures});
    from = std::max(from, summed_up_to());
  }
  sqlite::statement minutes{db_, "SELECT m.time, m.moments, m.complete, " + block_of("minute_rows")
                                     + " FROM minute m WHERE m.time >= ?2 AND m.time < ?3"};
  for (minutes.with(key, seconds_of(from), seconds_of(range.to)); minutes.step();) {
    const auto moments = static_cast<moment_mask>(minutes.integer(1));
    if (const auto figures = figures_of(whose, minutes, 3))
      into.add({time_at(minutes.integer(0)), 1, count_of(moments),
                minutes.integer(2) != 0 && moments == all_moments, *figures});
  }
}

} // namespace rollcall
