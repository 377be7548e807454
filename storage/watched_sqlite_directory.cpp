#include "storage/watched_sqlite_directory.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace rollcall {

namespace {

constexpr std::chrono::nanoseconds look_interval = std::chrono::seconds{1};

} // namespace

watched_sqlite_directory::watched_sqlite_directory(const std::filesystem::path& file)
    : identity_(identity_of(file)),
      directory_(file, open_mode::existing),
      eye_(file, open_mode::existing),
      seen_(commits()) {}

/// A number that changes whenever another connection has committed something.
std::int64_t watched_sqlite_directory::commits() { return eye_.integer("PRAGMA data_version"); }

bool watched_sqlite_directory::wait_for_change(std::chrono::milliseconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (identity_of(eye_.file()) != identity_)
      throw database_away{eye_.file().string() + " was taken away or replaced"};
    const auto now = commits();
    if (std::exchange(seen_, now) != now)
      return true;
    const std::chrono::nanoseconds left = until - std::chrono::steady_clock::now();
    if (left <= left.zero())
      return false;
    std::this_thread::sleep_for(std::min(left, look_interval));
  }
}

} // namespace rollcall
