#include "apps/config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace rollcall {

namespace {

using namespace std::chrono_literals;

struct unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

constexpr std::array<unit, 5> units{{{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}}};

constexpr std::uint32_t largest = 1'000'000'000; // of any unit; far beyond every bound, and does not overflow

} // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
  std::uint32_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (failure == std::errc{} && count <= largest)
    for (const auto& [name, length] : units)
      if (suffix == name)
        return count * length;
  throw std::invalid_argument{"must be a duration such as \"500ms\", \"32s\", \"5m\", \"1h\" or \"7d\""};
}

std::string to_string(std::chrono::milliseconds duration) {
  if (duration == 24h)
    return "24h"; // what people say
  for (const auto& [name, length] : units)
    if (duration != 0ms && duration % length == 0ms)
      return std::to_string(duration / length) + std::string{name};
  return "0s";
}

} // namespace rollcall
