#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace rollcall {

/// A moment on the wall clock in UTC, to the microsecond: what switches report and lists show.
/// The epoch itself stands for "not known".
using timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Where the time of day comes from. Actors and parsers are handed one; tests hand in their own.
using wall_clock = timestamp (*)();

/// The real time of day.
timestamp system_now();

/// Seconds since the epoch with a fraction, as the feed carries them; none when not a moment between
/// 1970 and 9999.
std::optional<timestamp> timestamp_from_seconds(double seconds);

/// `YYYYMMDDTHH:MM:SS.mmm` in UTC, the API's `SETUP_TIME`. Empty for "not known".
std::string format_api_time(timestamp t);

constexpr std::size_t api_time_size = 21;

/// Writes such times one after the other, and remembers the day of the last: to make a date of days takes
/// longer than all the rest, and most of a list are of one day.
class api_time_writer {
public:
  /// Writes to where `out` points, api_time_size bytes at most; returns where it ends.
  char* write(char* out, timestamp t);

private:
  static constexpr std::size_t date_size = 9; ///< with the `T`

  std::chrono::sys_days day_ = std::chrono::sys_days::min(); ///< of which date_ is
  std::array<char, date_size> date_{};
};

/// `YYYY-MM-DDTHH:MM:SS.uuuuuuZ` in UTC (RFC 3339), for logs and the audit trail.
std::string format_rfc3339(timestamp t);

} // namespace rollcall
