#include "transport/switches/asterisk/kind.hpp"

#include "transport/switches/asterisk/drivers.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rollcall::asterisk {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t user_bytes = 128;
constexpr std::size_t variable_bytes = 80;

/// As many as PJSIP has been seen to carry beside calls.
constexpr std::uint64_t most_hang_ups_per_second = 500;

// What conf/rollcalld.toml says of these keys holds here.

std::string user_name(std::string_view text) {
  if (text.empty() || text.size() > user_bytes
      || !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
    throw std::invalid_argument{"must be 1-128 printable ASCII characters without space"};
  return std::string{text};
}

std::string account_source(std::string_view text) {
  constexpr std::string_view variable = "variable:";
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto name = text.starts_with(variable) ? text.substr(variable.size()) : std::string_view{};
  const auto is_variable =
      !name.empty() && name.size() <= variable_bytes && std::all_of(name.begin(), name.end(), is_letter);
  if (text != "accountcode" && !is_variable)
    throw std::invalid_argument{R"(must be "accountcode" or "variable:NAME")"};
  return std::string{text};
}

} // namespace

switches::driver_kind kind() {
  return {"asterisk",
          "ami",
          {{"user", switches::text_setting{&user_name, "rollcall"}},
           {"secret", switches::secret_setting{}},
           {"account", switches::text_setting{&account_source, "accountcode"}},
           {"connections", switches::table_setting{1, INT32_MAX}},
           {"snapshot_interval", switches::duration_setting{1s, 24h, 60s}},
           {"hang_ups_per_second", switches::number_setting{1, most_hang_ups_per_second, 200}}},
          [] { return std::unique_ptr<switches::drivers>{std::make_unique<drivers>()}; },
          true};
}

} // namespace rollcall::asterisk
