#include "history_fixture.hpp"
#include "storage/history_db.hpp"
#include "storage_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace rollcall::history_db_test {

using namespace std::chrono_literals;
using testing::account_subject;
using testing::customer_subject;
using testing::refusal;
using testing::row_of;
using testing::some_day;
using testing::temporary_folder;

namespace {

constexpr history_keep everything{history_time{}, history_time{}};

packed_minute minute_at(history_time start, figures_rows rows, moment_mask moments = all_moments,
                        bool complete = true) {
  return packed(counted_minute{start, moments, complete, std::move(rows)});
}

std::vector<history_point> points_of(history_db& db, history_subject whose, history_time from,
                                     history_time to, std::chrono::seconds step) {
  const auto range = history_range::covering(from, to, step);
  history_points points{range};
  db.read(whose, range, points);
  return points.take();
}

/// Beside the database: what each subject had at each moment that was counted.
struct counted_beside {
  struct moment {
    std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> calls; ///< by subject, who had some
    bool complete = true;
  };
  std::map<history_time, moment> moments;

  std::vector<history_point> points(history_subject whose, history_time from, history_time to,
                                    std::chrono::seconds step) const {
    std::vector<history_point> out;
    for (auto begin = from; begin < to; begin += step) {
      history_point point{begin};
      std::uint64_t counted = 0;
      std::uint64_t total = 0;
      std::uint64_t connected = 0;
      for (auto t = begin; t < begin + step; t += sample_interval) {
        const auto found = moments.find(t);
        if (found == moments.end()) {
          point.complete = false;
          continue;
        }
        ++counted;
        point.complete = point.complete && found->second.complete;
        const auto its = found->second.calls.find(whose.key());
        if (its == found->second.calls.end())
          continue;
        total += its->second.first;
        connected += its->second.second;
        point.total_max = std::max(point.total_max, its->second.first);
        point.connected_max = std::max(point.connected_max, its->second.second);
      }
      if (counted == 0)
        continue;
      point.total_mean = static_cast<double>(total) / static_cast<double>(counted);
      point.connected_mean = static_cast<double>(connected) / static_cast<double>(counted);
      out.push_back(point);
    }
    return out;
  }
};

/// Nodes that count days at random: minutes are missed, cut in two, and come late.
struct random_days {
  temporary_folder folder;
  history_db db{folder / "history.db"};
  counted_beside beside;
  std::mt19937_64 random{20'241'123};
  std::vector<history_subject> subjects;

  std::uint64_t below(std::uint64_t bound) { return random() % bound; }

  random_days() {
    for (std::int64_t id = 1; id <= 200; ++id)
      subjects.push_back(id % 10 == 0 ? customer_subject(id) : account_subject(id * 7));
  }

  /// What is counted in a minute at the moments of `mask`.
  counted_minute count(history_time start, moment_mask mask) {
    counted_minute minute{start, 0, true, {}};
    for (auto t = start; t < start + history_minute; t += sample_interval) {
      if ((mask & mask_of(t)) == 0)
        continue;
      auto& moment = beside.moments[t];
      moment.complete = below(500) != 0;
      figures_rows rows;
      for (const auto& whose : subjects)
        if (below(3) == 0) {
          const auto total = 1 + below(below(50) == 0 ? 3000 : 30);
          const auto connected = below(total + 1);
          moment.calls[whose.key()] = {total, connected};
          rows.push_back(row_of(whose, total, connected));
        }
      std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.subject < b.subject; });
      minute.moments |= mask_of(t);
      minute.complete = minute.complete && moment.complete;
      minute.rows = joined(minute.rows, rows);
    }
    return minute;
  }

  void run(history_time from, history_time to, const history_keep& keep) {
    std::vector<packed_minute> late;
    for (auto start = from; start < to; start += history_minute) {
      if (below(50) == 0)
        continue;
      const auto mask = static_cast<moment_mask>(below(20) == 0 ? 1 + below(all_moments) : all_moments);
      const auto first = static_cast<moment_mask>(mask & below(all_moments + 1U));
      const auto rest = static_cast<moment_mask>(mask & ~first);
      for (const auto part : {first, rest})
        if (part != 0)
          late.push_back(packed(count(start, part)));
      while (!late.empty() && below(40) != 0) {
        const auto which = static_cast<std::ptrdiff_t>(below(late.size()));
        CHECK(db.write(late[static_cast<std::size_t>(which)], keep));
        late.erase(late.begin() + which);
      }
    }
    for (const auto& one : late)
      CHECK(db.write(one, keep));
  }
};

} // namespace

TEST_CASE("what is read of days at random is what a test has counted beside it") {
  random_days days;
  const auto end = some_day + 26h;
  days.run(some_day, end, everything);
  for (const auto step : {60s, 300s, 3600s, 5400s, 7200s, 86'400s})
    for (const auto& whose :
         {days.subjects[0], days.subjects[9], days.subjects[99], account_subject(999'999)}) {
      const auto range = history_range::covering(some_day, end, step);
      CHECK(points_of(days.db, whose, some_day, end, step)
            == days.beside.points(whose, range.from, range.to, step));
    }
}

TEST_CASE("a minute that was counted is marked, also when nobody had calls in it") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  db.write(minute_at(some_day, {}), everything);
  db.write(minute_at(some_day + 2min, {row_of(account_subject(1), 4, 3)}), everything);
  CHECK(points_of(db, account_subject(1), some_day, some_day + 4min, 60s)
        == std::vector<history_point>{{some_day, 0, 0, 0, 0, true},
                                      {some_day + 2min, 4, 4.0 / 6, 3, 0.5, true}});
}

TEST_CASE("a step that is not counted to its end is not complete") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  for (auto start = some_day; start < some_day + 90min; start += 60s)
    db.write(minute_at(start, {}), everything);
  CHECK(points_of(db, account_subject(1), some_day, some_day + 2h, 3600s)
        == std::vector<history_point>{{some_day, 0, 0, 0, 0, true}, {some_day + 1h, 0, 0, 0, 0, false}});
}

TEST_CASE("minutes are let go when their time has come, and their hours are kept") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  const auto calls = figures_rows{{account_subject(1), {2, 12, 1, 6}}};
  for (auto start = some_day; start < some_day + 6h; start += 60s)
    db.write(minute_at(start, calls), {start - 2h, start - 4h});
  const auto last = some_day + 6h - 1min;
  const auto minutes = points_of(db, account_subject(1), some_day, some_day + 6h, 60s);
  REQUIRE(minutes.size() == 121);
  CHECK(minutes.front().time == last - 2h);
  const auto hours = points_of(db, account_subject(1), some_day, some_day + 6h, 3600s);
  REQUIRE(hours.size() == 4); // of the oldest a minute is too old
  CHECK(hours.front() == history_point{some_day + 2h, 2, 2, 1, 1, true});
}

TEST_CASE("a minute that comes when its hour is being let go changes nothing") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  for (auto start = some_day; start < some_day + 3h; start += 60s)
    db.write(minute_at(start, {}), everything);
  const history_keep keep{some_day + 30min, some_day};
  CHECK_FALSE(db.write(minute_at(some_day + 40min, {row_of(account_subject(1), 9, 9)}), keep));
  CHECK(points_of(db, account_subject(1), some_day, some_day + 1h, 3600s).front().total_max == 0);
}

TEST_CASE("what is to be let go at once is let go in parts") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  for (auto start = some_day; start < some_day + 5h; start += 60s)
    db.write(minute_at(start, {}), everything);
  const auto left = [&] { return points_of(db, account_subject(1), some_day, some_day + 5h, 60s).size(); };
  const history_keep keep{some_day + 4h, some_day};
  db.write(minute_at(some_day + 5h - 1min, {}), keep);
  CHECK(left() == 180);
  db.write(minute_at(some_day + 5h - 1min, {}), keep);
  CHECK(left() == 60);
}

namespace {

/// Two hours of minutes in which accounts 1 to 100, of two blocks, had calls; the file may be damaged.
struct damaged_history {
  temporary_folder folder;
  std::filesystem::path file = folder / "history.db";
  history_db db{file};
  figures_rows rows;

  damaged_history() {
    for (std::int64_t id = 1; id <= 100; ++id)
      rows.push_back({account_subject(id), {2, 12, 1, 6}});
    for (auto start = some_day; start < some_day + 1h; start += 60s)
      db.write(minute_at(start, rows), everything);
  }

  /// Does something to what is kept of one time.
  void damage(const std::string& how, history_time time) {
    sqlite::database other{file, open_mode::existing};
    other.execute("UPDATE " + how + " AND time = " + std::to_string(time.time_since_epoch().count()));
  }
  void cut(history_time time) {
    damage("minute_rows SET rows = substr(rows, 1, length(rows) - 1) WHERE first > 100", time);
  }

  std::vector<history_point> hour(std::int64_t account) {
    return points_of(db, account_subject(account), some_day, some_day + 1h, 3600s);
  }
};

} // namespace

TEST_CASE_FIXTURE(damaged_history, "a damaged block is a gap for those whose calls would be in it") {
  cut(some_day + 1min);
  const auto minutes = [&](std::int64_t account) {
    return points_of(db, account_subject(account), some_day, some_day + 3min, 60s);
  };
  CHECK(minutes(1).size() == 3);
  CHECK_FALSE(db.take_damage());
  for (const auto account : {100, 101}) {
    const auto points = minutes(account);
    REQUIRE(points.size() == 2);
    CHECK(points[0].time == some_day);
    CHECK(points[1].time == some_day + 2min);
    const auto found = db.take_damage();
    REQUIRE(found);
    CHECK(found->where == file.string());
    CHECK(found->first == some_day + 1min);
    CHECK(found->times == 1);
  }
  const auto longer = points_of(db, account_subject(100), some_day, some_day + 5min, 300s);
  CHECK(longer == std::vector<history_point>{{some_day, 2, 2, 1, 1, false}});
}

TEST_CASE_FIXTURE(damaged_history, "an hour of which a minute is damaged is without it, and not complete") {
  cut(some_day + 1min);
  cut(some_day + 5min);
  db.write(minute_at(some_day + 1h, rows), everything);
  const auto found = db.take_damage();
  REQUIRE(found);
  CHECK(found->first == some_day + 1min);
  CHECK(found->times == 2);
  CHECK(hour(100) == std::vector<history_point>{{some_day, 2, 2, 1, 1, false}});
  CHECK(hour(1) == hour(100));
}

TEST_CASE_FIXTURE(damaged_history, "a damaged hour is a gap") {
  db.write(minute_at(some_day + 1h, rows), everything);
  REQUIRE(hour(100).size() == 1);
  damage("hour_rows SET rows = zeroblob(length(rows)) WHERE first > 100", some_day);
  CHECK(hour(100).empty());
  CHECK(hour(1).size() == 1);
  CHECK(db.take_damage()->first == some_day);
}

TEST_CASE_FIXTURE(damaged_history, "a damaged minute that another node has counted too is taken from that") {
  cut(some_day + 1min);
  CHECK(db.write(minute_at(some_day + 1min, {{account_subject(100), {2, 6, 1, 3}}}, 0b000111), everything));
  const auto points = points_of(db, account_subject(100), some_day + 1min, some_day + 2min, 60s);
  CHECK(points == std::vector<history_point>{{some_day + 1min, 2, 2, 1, 1, false}});
}

TEST_CASE("what is no minute is not taken") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  auto bad = minute_at(some_day, {row_of(account_subject(1), 1, 1)});
  bad.blocks[0].bytes.pop_back();
  CHECK_FALSE(db.write(bad, everything));
  CHECK(points_of(db, account_subject(1), some_day, some_day + 1h, 60s).empty());
}

TEST_CASE("a history is read while it is written, and after it was opened again") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  history_db reader{folder / "history.db", open_mode::read_only};
  db.write(minute_at(some_day, {row_of(account_subject(1), 1, 1)}), everything);
  CHECK(points_of(reader, account_subject(1), some_day, some_day + 1h, 60s).size() == 1);
  history_db again{folder / "history.db"};
  again.write(minute_at(some_day + 60s, {}), everything);
  CHECK(points_of(reader, account_subject(1), some_day, some_day + 1h, 60s).size() == 2);
}

TEST_CASE("a file that was moved or replaced is noticed") {
  const temporary_folder folder;
  history_db db{folder / "history.db"};
  CHECK(db.in_place());
  CHECK(db.size() > 0);
  std::filesystem::rename(folder / "history.db", folder / "elsewhere.db");
  CHECK_FALSE(db.in_place());
  const history_db other{folder / "history.db"};
  CHECK_FALSE(db.in_place());
}

TEST_CASE("no history is read where there is none, and another database is no history") {
  const temporary_folder folder;
  const auto opened = [&](const char* name, open_mode mode) {
    return refusal<sqlite::error>([&] { history_db db(folder / name, mode); });
  };
  CHECK(opened("none.db", open_mode::read_only).find("unable to open") != std::string::npos);
  sqlite::database other{folder / "other.db", open_mode::create};
  other.execute("CREATE TABLE things (id INTEGER)");
  CHECK(opened("other.db", open_mode::create).find("not a rollcall history") != std::string::npos);
}

} // namespace rollcall::history_db_test
