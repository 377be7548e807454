#include "transport/switches/kamailio/dump_file.hpp"

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <system_error>

namespace rollcall::kamailio {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t number_digits = 16;
constexpr std::string_view ending = ".dialogs";

std::string beginning_of(const settings& of) { return "rollcall-" + of.name.value() + '-'; }

bool is_dump(std::string_view name, std::string_view beginning) {
  return name.size() == beginning.size() + number_digits + ending.size() && name.starts_with(beginning)
         && name.ends_with(ending)
         && name.substr(beginning.size(), number_digits).find_first_not_of("0123456789abcdef") == name.npos;
}

} // namespace

fs::path dump_file(const settings& of, std::uint64_t number) {
  if (of.dump_directory.empty())
    return {};
  std::string digits(number_digits + 1, '0');
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(number));
  digits.resize(number_digits);
  return of.dump_directory / (beginning_of(of) + digits + std::string{ending});
}

fs::path new_dump_file(const settings& of) {
  std::random_device random;
  return dump_file(of, std::uint64_t{random()} << 32U | random());
}

void remove_old_dumps(const settings& of, std::chrono::seconds age) {
  const auto beginning = beginning_of(of);
  const auto oldest = fs::file_time_type::clock::now() - age;
  std::error_code ec;
  for (fs::directory_iterator at{of.dump_directory, ec}, end; !ec && at != end; at.increment(ec)) {
    std::error_code unknown;
    const auto written = at->last_write_time(unknown);
    if (!unknown && written < oldest && is_dump(at->path().filename().string(), beginning))
      fs::remove(at->path(), unknown);
  }
}

} // namespace rollcall::kamailio
