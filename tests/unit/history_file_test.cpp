#include "history_fixture.hpp"
#include "storage/history_file.hpp"
#include "storage_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace rollcall::history_file_test {

using namespace std::chrono_literals;
using testing::account_subject;
using testing::row_of;
using testing::some_day;
using testing::temporary_folder;

namespace {

constexpr history_keep everything{history_time{}, history_time{}};

/// The minute of this number, in which account 1 had so many calls at one moment.
packed_minute minute_of(int number, std::uint64_t calls) {
  return packed(counted_minute{
      some_day + number * 1min, all_moments, true, {row_of(account_subject(1), calls, calls)}});
}

/// The highest number of calls of account 1 by the minute: -1 in a gap.
std::vector<int> calls_in(history_source& source) {
  std::vector<int> calls(4, -1);
  for (const auto& point : source.read(account_subject(1), {some_day, some_day + 4min, 60s}))
    calls[static_cast<std::size_t>((point.time - some_day) / 1min)] = static_cast<int>(point.total_max);
  return calls;
}

bool is_sound(const std::filesystem::path& file) {
  sqlite::database db{file, open_mode::read_only};
  sqlite::statement check{db, "PRAGMA integrity_check"};
  return check.step() && check.text(0) == "ok";
}

/// A history that is being written and read, and another one, closed, to take its place.
struct two_histories {
  temporary_folder folder;
  std::filesystem::path file = folder / "history.db";
  std::filesystem::path other = folder / "other.db";
  history_writer writer{file};
  history_reader reader{file};

  two_histories() {
    writer.write(minute_of(0, 10), everything);
    writer.write(minute_of(1, 11), everything);
    history_db{other}.write(minute_of(2, 22), everything);
  }
};

} // namespace

TEST_CASE_FIXTURE(two_histories, "a history that takes the place of an open one is not mixed with it") {
  REQUIRE(calls_in(reader) == std::vector{10, 11, -1, -1});
  bool moved = false;
  SUBCASE("the former is moved away") {
    moved = true;
    std::filesystem::rename(file, folder / "former.db");
  }
  SUBCASE("the former is replaced") {}
  std::filesystem::rename(other, file);
  // Until the writer has noticed, what it has written last is read.
  CHECK(calls_in(reader) == std::vector{10, 11, -1, -1});
  CHECK(writer.write(minute_of(3, 33), everything));
  CHECK(writer.take_loss());
  CHECK(calls_in(reader) == std::vector{-1, -1, 22, 33});
  CHECK(is_sound(file));
  if (moved) {
    history_reader former{folder / "former.db"};
    CHECK(calls_in(former) == std::vector{10, 11, -1, -1});
  }
}

TEST_CASE("a history that was replaced leaves no write-ahead file to the new one when it is closed") {
  const temporary_folder folder;
  const auto file = folder / "history.db";
  history_db{folder / "other.db"}.write(minute_of(2, 22), everything);
  {
    history_db db{file};
    db.write(minute_of(0, 10), everything);
    std::filesystem::rename(folder / "other.db", file);
  }
  CHECK_FALSE(std::filesystem::exists(file.string() + "-wal"));
  history_reader reader{file};
  CHECK(calls_in(reader) == std::vector{-1, -1, 22, -1});
}

TEST_CASE_FIXTURE(two_histories, "a history that was deleted is begun anew") {
  REQUIRE(calls_in(reader) == std::vector{10, 11, -1, -1});
  std::filesystem::remove(file);
  CHECK(writer.write(minute_of(3, 33), everything));
  CHECK(writer.take_loss());
  CHECK_FALSE(writer.take_loss());
  CHECK(calls_in(reader) == std::vector{-1, -1, -1, 33});
}

TEST_CASE_FIXTURE(two_histories, "a history whose write-ahead file was deleted loses nothing") {
  REQUIRE(calls_in(reader) == std::vector{10, 11, -1, -1});
  std::filesystem::remove(file.string() + "-wal");
  CHECK(writer.write(minute_of(3, 33), everything));
  CHECK(writer.take_loss());
  CHECK(calls_in(reader) == std::vector{10, 11, -1, 33});
}

} // namespace rollcall::history_file_test
