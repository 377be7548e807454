#include "domain/base/time.hpp"

#include "domain/base/digits.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace rollcall {

namespace {

// 9999-12-31T23:59:59Z: the last second that the API's four-digit year can show.
constexpr double last_second = 253'402'300'799.0;

struct civil {
  int year;
  unsigned month, day;
  long hours, minutes, seconds, micros;
};

civil to_civil(timestamp t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss<microseconds> time{t - day};
  return {int(date.year()),
          unsigned(date.month()),
          unsigned(date.day()),
          long(time.hours().count()),
          long(time.minutes().count()),
          long(time.seconds().count()),
          long(time.subseconds().count())};
}

} // namespace

timestamp system_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::optional<timestamp> timestamp_from_seconds(double seconds) {
  if (!std::isfinite(seconds) || seconds <= 0 || seconds > last_second)
    return std::nullopt;
  const timestamp t{std::chrono::microseconds{std::llround(seconds * 1e6)}};
  return t == timestamp{} ? std::nullopt : std::optional{t}; // the epoch itself means "not known"
}

// Every row of a list has a time: printf would take longer than all the rest of the row.
char* api_time_writer::write(char* out, timestamp t) {
  using namespace std::chrono;
  if (t == timestamp{})
    return out;
  const auto day = floor<days>(t);
  if (day != day_) {
    const year_month_day date{day};
    const auto year = static_cast<std::uint32_t>(int(date.year()));
    auto* end = write_pair(write_pair(date_.data(), year / 100 % 100), year % 100);
    *write_pair(write_pair(end, unsigned(date.month())), unsigned(date.day())) = 'T';
    day_ = day;
  }
  std::memcpy(out, date_.data(), date_size);
  const auto milliseconds = static_cast<std::uint32_t>(floor<std::chrono::milliseconds>(t - day).count());
  const auto seconds = milliseconds / 1000;
  const auto minutes = seconds / 60;
  out = write_pair(out + date_size, minutes / 60);
  *out = ':';
  out = write_pair(out + 1, minutes % 60);
  *out = ':';
  out = write_pair(out + 1, seconds % 60);
  *out = '.';
  out[1] = static_cast<char>('0' + milliseconds % 1000 / 100);
  return write_pair(out + 2, milliseconds % 100);
}

std::string format_api_time(timestamp t) {
  std::array<char, api_time_size> text;
  return {text.data(), api_time_writer{}.write(text.data(), t)};
}

std::string format_rfc3339(timestamp t) {
  const auto c = to_civil(t);
  char text[48];
  const auto size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%06ldZ", c.year,
                                  c.month, c.day, c.hours, c.minutes, c.seconds, c.micros);
  return {text, static_cast<std::size_t>(size)};
}

} // namespace rollcall
