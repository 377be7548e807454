#include "domain/time.hpp"

#include <array>
#include <cmath>
#include <cstdio>

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

/// The last `Count` digits of a number that is not negative. Every row of a list has a time: printf would
/// take longer than all the rest of the row.
template <int Count, class Number>
char* write_digits(char* out, Number number) {
  for (int i = Count; i > 0; --i, number /= 10)
    out[i - 1] = static_cast<char>('0' + number % 10);
  return out + Count;
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

char* write_api_time(char* out, timestamp t) {
  if (t == timestamp{})
    return out;
  const auto c = to_civil(t);
  out = write_digits<4>(out, c.year);
  out = write_digits<2>(out, c.month);
  out = write_digits<2>(out, c.day);
  *out++ = 'T';
  out = write_digits<2>(out, c.hours);
  *out++ = ':';
  out = write_digits<2>(out, c.minutes);
  *out++ = ':';
  out = write_digits<2>(out, c.seconds);
  *out++ = '.';
  return write_digits<3>(out, c.micros / 1000);
}

std::string format_api_time(timestamp t) {
  std::array<char, api_time_size> text;
  return {text.data(), write_api_time(text.data(), t)};
}

std::string format_rfc3339(timestamp t) {
  const auto c = to_civil(t);
  char text[48];
  const auto size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%06ldZ", c.year,
                                  c.month, c.day, c.hours, c.minutes, c.seconds, c.micros);
  return {text, static_cast<std::size_t>(size)};
}

} // namespace rollcall
