#include "transport/http/http_date.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace rollcall::http {

namespace {

std::string written(std::chrono::sys_seconds t) {
  // Not strftime: its names follow the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  std::array<char, 64> text{};
  const auto length =
      std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                    days.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                    months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

std::string_view http_date(std::chrono::system_clock::time_point t) {
  thread_local std::chrono::sys_seconds of = std::chrono::sys_seconds::min();
  thread_local std::string text;
  if (const auto second = std::chrono::floor<std::chrono::seconds>(t); second != of) {
    text = written(second);
    of = second;
  }
  return text;
}

} // namespace rollcall::http
