#pragma once

#include "storage/database_files.hpp"
#include "storage/open_mode.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace rollcall {

/// A database file that others may move, delete, replace, cut or overwrite while it is open, and that has to
/// be there nevertheless: SQLite goes on writing into a file that has no name any more, without an error. One
/// thread at a time.
class audit_file {
public:
  /// Throws sqlite::error.
  audit_file(std::filesystem::path path, open_mode mode, const schema& tables);

  /// The database; null after it was lost and could not be begun anew.
  sqlite::database* open() noexcept { return db_ ? &*db_ : nullptr; }

  /// See database_files.
  std::optional<std::string> loss() const { return files_->loss(); }

  /// What has become of what is in it, as far as its head shows; none: nothing. For a while after a
  /// checkpoint of another process this may err, so it takes two in a row.
  std::optional<std::string> damage();

  /// Moves what is in the write-ahead file into the main one, as far as nobody reads it. Waits for the disk.
  void checkpoint();

  /// Begins a new file under the name, or goes on with one that somebody has put there if that is a database
  /// of these tables. What the former still had in its write-ahead file goes into it where it can; a damaged
  /// one is put aside as `NAME.lost-TIME`. Throws sqlite::error; then there is none, and it may be tried
  /// again.
  void begin_anew(bool damaged);

private:
  void connect(open_mode mode);
  void leave(bool damaged);
  void put_aside();

  std::filesystem::path path_;
  const schema& tables_;
  std::optional<sqlite::database> db_;
  std::optional<database_files> files_; ///< of the database that was opened last
  std::uint32_t damaged_looks_ = 0;     ///< in a row
  bool all_moved_ = false;  ///< by the last checkpoint: else what the main file lacks may be in the other
  bool seen_whole_ = false; ///< before the first checkpoint the head may be in the write-ahead file
};

} // namespace rollcall
