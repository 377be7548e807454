#include "storage/watched_sqlite_directory.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace rollcall {

namespace {

constexpr std::chrono::nanoseconds look_interval = std::chrono::seconds{1};

/// For what can as well be done at the next look.
constexpr std::chrono::milliseconds no_wait{0};

/// As sqlite::database has it by itself.
constexpr std::chrono::milliseconds usual_wait{30'000};

} // namespace

watched_sqlite_directory::watched_sqlite_directory(const std::filesystem::path& file)
    : file_(file),
      wal_file_(file.string() + "-wal"),
      identity_(identity_of(file)),
      directory_(std::in_place, file, open_mode::existing),
      eye_(std::in_place, file, open_mode::existing),
      seen_(commits()) {
  wal_ = identity_of(wal_file_);
}

/// A number that changes whenever another connection has committed something.
std::int64_t watched_sqlite_directory::commits() { return eye_->integer("PRAGMA data_version"); }

bool watched_sqlite_directory::wait_for_change(std::chrono::milliseconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (!eye_ || identity_of(file_) != identity_) {
      if (eye_)
        leave();
      throw database_away{file_.string() + " was taken away or replaced"};
    }
    wal_ = identity_of(wal_file_);
    const auto now = commits();
    if (std::exchange(seen_, now) != now)
      return true;
    empty_wal();
    const std::chrono::nanoseconds left = until - std::chrono::steady_clock::now();
    if (left <= left.zero())
      return false;
    std::this_thread::sleep_for(std::min(left, look_interval));
  }
}

void watched_sqlite_directory::empty_wal() noexcept {
  std::error_code none;
  if (std::filesystem::file_size(wal_file_, none) == 0 || none)
    return;
  eye_->wait_for_locks(no_wait);
  try {
    eye_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const sqlite::error&) {
    // Somebody reads or writes, or the disk cannot be written: there is a next look.
  }
  eye_->wait_for_locks(usual_wait);
}

/// The file that was open gets what is left for it in its write-ahead file, wherever it is now; then that one
/// must not stay beside another file.
void watched_sqlite_directory::leave() {
  directory_.reset();
  eye_.reset();
  if (!wal_ || identity_of(wal_file_) != wal_)
    return;
  std::error_code ignored;
  std::filesystem::remove(wal_file_, ignored);
  std::filesystem::remove(file_.string() + "-shm", ignored);
}

} // namespace rollcall
