#include "storage/audit_file.hpp"

#include "domain/base/time.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace rollcall {

namespace {

/// How long a lock of another process is waited for at each write: who writes must not be kept for long, and
/// comes back by itself.
constexpr std::chrono::milliseconds lock_patience{100};

constexpr int pages_between_checkpoints = 16'384; // 64 MiB

constexpr std::uint32_t looks_until_damaged = 2;

// The head of an SQLite file (fileformat2.html).
constexpr std::size_t head_size = 100;
constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t page_size_at = 16;
constexpr std::size_t page_count_at = 28;
constexpr std::size_t application_id_at = 68;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const auto byte : bytes)
    value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

} // namespace

audit_file::audit_file(std::filesystem::path path, open_mode mode, const schema& tables)
    : path_(std::move(path)), tables_(tables) {
  connect(mode);
}

void audit_file::connect(open_mode mode) {
  db_.reset();
  damaged_looks_ = 0;
  seen_whole_ = false;
  db_.emplace(path_, mode);
  try {
    if (mode == open_mode::read_only)
      prepare(*db_, tables_, mode);
    else
      migrate(*db_, tables_, mode);
    // No wait for the disk on every disconnect: in WAL mode this costs a few entries when the power fails,
    // never the file, and nothing when only the process ends.
    db_->execute("PRAGMA synchronous = NORMAL");
    // It waits for the disk: between writes, where nobody waits for it, and in a storm only when much has
    // come.
    db_->execute("PRAGMA wal_autocheckpoint = " + std::to_string(pages_between_checkpoints));
    db_->integer("SELECT count(*) FROM sqlite_master"); // opens the write-ahead file
    if (mode != open_mode::read_only)
      checkpoint(); // a new file has its head there
  } catch (...) {
    db_.reset();
    throw;
  }
  db_->wait_for_locks(lock_patience);
  files_.emplace(path_);
  damage(); // as it is before anybody can have done anything to it
  damaged_looks_ = 0;
}

std::optional<std::string> audit_file::damage() {
  const auto head = db_->head(head_size);
  const auto number = [&](std::size_t at, std::size_t size) {
    return std::int64_t{big_endian(std::string_view{head}.substr(at, size))};
  };
  const auto whole = [&] {
    if (head.size() < head_size || head.compare(0, magic.size(), magic) != 0
        || number(application_id_at, 4) != tables_.application_id)
      return false;
    const auto page_size = number(page_size_at, 2) == 1 ? 65536 : number(page_size_at, 2);
    return !all_moved_ || number(page_count_at, 4) * page_size <= db_->file_size();
  };
  const auto now_whole = whole();
  seen_whole_ = seen_whole_ || now_whole;
  damaged_looks_ = now_whole ? 0 : damaged_looks_ + 1;
  if (!seen_whole_ || damaged_looks_ < looks_until_damaged)
    return std::nullopt;
  return "it was cut or overwritten";
}

void audit_file::checkpoint() {
  all_moved_ = db_->checkpoint(); // the disk is full, perhaps: it is tried again, and writing may go on
}

void audit_file::begin_anew(bool damaged) {
  leave(damaged);
  try {
    connect(open_mode::create);
  } catch (const sqlite::error& e) {
    if (!e.is_of_the_file())
      throw;
    put_aside();
    connect(open_mode::create);
  }
}

/// Ends the use of the file that is open, and of its name where that is still its own.
void audit_file::leave(bool damaged) {
  if (!db_)
    return;
  const auto still_here = files_->has_main();
  files_->leave(*db_, damaged);
  if (still_here && damaged)
    put_aside();
  db_.reset();
}

void audit_file::put_aside() {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(system_now());
  auto name = path_.string() + ".lost-" + std::to_string(seconds.time_since_epoch().count());
  for (int n = 2; std::filesystem::exists(name); ++n)
    name = path_.string() + ".lost-" + std::to_string(seconds.time_since_epoch().count()) + '-'
           + std::to_string(n);
  std::error_code failure;
  std::filesystem::rename(path_, name, failure);
  if (failure)
    throw sqlite::error{path_.string() + ": putting it aside: " + failure.message(), SQLITE_CANTOPEN};
  std::filesystem::rename(path_.string() + "-wal", name + "-wal", failure); // there may be none
  std::filesystem::remove(path_.string() + "-shm", failure);
}

} // namespace rollcall
