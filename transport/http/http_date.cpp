#include "transport/http/http_date.hpp"

#include <array>
#include <cstdio>

namespace rollcall::http {

std::string http_date(std::chrono::system_clock::time_point t) {
  // Not strftime: its names follow the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(t - day)};
  std::array<char, 64> text{};
  const auto length =
      std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                    days.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                    months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace rollcall::http
