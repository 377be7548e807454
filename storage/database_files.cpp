#include "storage/database_files.hpp"

#include <system_error>
#include <utility>

namespace rollcall {

database_files::database_files(std::filesystem::path file)
    : file_(std::move(file)), main_(identity_of(file_)), wal_(identity_of(wal_name())) {}

std::optional<std::string> database_files::loss() const {
  const auto main = identity_of(file_);
  if (!main)
    return "it was moved or deleted";
  if (main != main_)
    return "another file has taken its place";
  if (wal_ && !has_wal())
    return "its write-ahead file was moved or deleted";
  return std::nullopt;
}

void database_files::leave(sqlite::database& db, bool damaged) const {
  const auto left_behind = !has_main() && has_wal();
  try {
    if (!damaged)
      db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const sqlite::error&) {
    // It cannot be helped: the disk does not take it, or what was there is not ours any more.
  }
  db.keep_wal_at_close();
  if (!left_behind)
    return;
  std::error_code ignored;
  std::filesystem::remove(wal_name(), ignored);
  std::filesystem::remove(file_.string() + "-shm", ignored);
}

} // namespace rollcall
