#include "storage/history_file.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

// What a year of the history takes of the disk, and what a minute of writing and a month of reading take of
// time. The time is simulated; the minutes are written one by one, as the writer does. What is read has to be
// what was counted beside it.
//
//   history_year FILE [ACCOUNTS [DAYS [BUSY]]]   BUSY: how many percent of the accounts have calls, by day

namespace {

using namespace rollcall;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr history_time beginning{std::chrono::seconds{1'704'067'200}}; // 2024
constexpr std::int64_t accounts_of_customer = 100;
constexpr std::uint64_t alike = 5; // minutes

double milliseconds(steady::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// The same number for the same two, and no pattern.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  auto x = a * 0x9e3779b97f4a7c15ULL ^ b * 0xc2b2ae3d27d4eb4fULL;
  x ^= x >> 29U;
  x *= 0xbf58476d1ce4e5b9ULL;
  return x ^ x >> 32U;
}

/// Calls come and go by the hour of the day, and no account is like another one. Five minutes are alike, so
/// that less of the time goes into making them.
struct traffic {
  std::int64_t accounts;
  std::uint64_t busy;

  figures_rows rows(std::uint64_t number) const {
    const auto hour = static_cast<double>(number % 1440) / 60;
    const auto day = 0.15 + 0.85 * std::max(0.0, std::sin((hour - 6) / 24 * 2 * 3.14159265));
    std::map<std::int64_t, call_figures> customers;
    figures_rows rows;
    for (std::int64_t id = 1; id <= accounts; ++id) {
      const auto dice = mixed(static_cast<std::uint64_t>(id), number);
      if (dice % 100 >= busy)
        continue;
      const auto size = 1 + mixed(static_cast<std::uint64_t>(id), 7) % 40;
      const auto total = static_cast<std::uint64_t>(day * static_cast<double>(size)) + (dice >> 8U) % 4;
      if (total == 0)
        continue;
      const auto connected = total - (dice >> 12U) % (total + 1) / 3;
      const call_figures figures{total, 6 * total - (dice >> 20U) % total, connected,
                                 6 * connected - (connected == 0 ? 0 : (dice >> 30U) % connected)};
      rows.push_back({history_subject{account_id{id}}, figures});
      customers[id / accounts_of_customer + 1].join(figures);
    }
    for (const auto& [id, figures] : customers)
      rows.push_back({history_subject{customer_id{id}}, figures});
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.subject < b.subject; });
    return rows;
  }
};

call_figures figures_in(const figures_rows& rows, history_subject whose) {
  const auto found = std::lower_bound(rows.begin(), rows.end(), whose,
                                      [](const auto& row, history_subject s) { return row.subject < s; });
  return found != rows.end() && found->subject == whose ? found->figures : call_figures{};
}

void check(bool truth, const char* what) {
  if (!truth) {
    std::fprintf(stderr, "FAILED: %s\n", what);
    std::exit(1);
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return 2;
  const std::filesystem::path file = argv[1];
  const traffic of{argc > 2 ? std::atoll(argv[2]) : 10'000,
                   static_cast<std::uint64_t>(argc > 4 ? std::atoll(argv[4]) : 100)};
  const auto minutes = static_cast<std::uint64_t>(argc > 3 ? std::atoll(argv[3]) : 365) * 1440;
  const std::vector<history_subject> watched = {
      history_subject{account_id{1}}, history_subject{account_id{of.accounts / 2}},
      history_subject{account_id{of.accounts}}, history_subject{customer_id{1}},
      history_subject{customer_id{of.accounts / 200 + 1}}};
  std::vector<std::map<history_time, call_figures>> beside(watched.size()); // by hour

  history_writer db{file};
  std::vector<double> writes;
  figures_rows rows;
  packed_minute minute;
  for (std::uint64_t i = 0; i < minutes; ++i) {
    if (i % alike == 0) {
      rows = of.rows(i);
      minute = packed(counted_minute{beginning, all_moments, true, rows});
    }
    minute.start = beginning + static_cast<std::int64_t>(i) * 60s;
    for (std::size_t w = 0; w < watched.size(); ++w)
      beside[w][floor_to(history_hour, minute.start)].join(figures_in(rows, watched[w]));
    const auto began = steady::now();
    check(db.write(minute, {minute.start - 7 * 24h, minute.start - 400 * 24h}), "a minute is taken");
    writes.push_back(milliseconds(steady::now() - began));
    if (i % (1440 * 30) == 0)
      std::fprintf(stderr, "day %llu: %.1f MB\n", static_cast<unsigned long long>(i / 1440),
                   static_cast<double>(db.bytes()) / 1e6);
  }
  std::printf("%lld accounts, %llu minutes: %.1f MB\n", static_cast<long long>(of.accounts),
              static_cast<unsigned long long>(minutes), static_cast<double>(db.bytes()) / 1e6);
  std::sort(writes.begin(), writes.end());
  std::printf("a minute is written in %.2f ms (median), %.2f ms (99 of 100), %.0f ms (the slowest)\n",
              writes[writes.size() / 2], writes[writes.size() * 99 / 100], writes.back());

  const auto end = beginning + static_cast<std::int64_t>(minutes) * 60s;
  history_reader reader{file};
  const auto timed = [&](const char* what, history_time from, std::chrono::seconds step) {
    std::vector<double> times;
    for (int repeat = 0; repeat < 5; ++repeat)
      for (std::size_t w = 0; w < watched.size(); ++w) {
        const auto began = steady::now();
        const auto points = reader.read(watched[w], history_range::covering(from, end, step));
        times.push_back(milliseconds(steady::now() - began));
        if (step == 1h)
          for (const auto& point : points) {
            const auto& expected = beside[w][point.time];
            check(point.complete && point.total_max == expected.total_max
                      && point.connected_max == expected.connected_max
                      && point.total_mean == static_cast<double>(expected.total_sum) / 360
                      && point.connected_mean == static_cast<double>(expected.connected_sum) / 360,
                  "what is read is what was counted");
          }
      }
    const auto first = times.front();
    std::sort(times.begin(), times.end());
    std::printf("%s: %.1f ms (median), %.1f ms (the first), %.1f ms (the slowest)\n", what,
                times[times.size() / 2], first, times.back());
  };
  timed("a month by the hour", end - 30 * 24h, 1h);
  timed("a year by the hour", std::max(beginning, end - 365 * 24h), 1h);
  timed("a day by the minute", end - 24h, 60s);
  timed("10000 minutes", end - 10'000min, 60s);
}
