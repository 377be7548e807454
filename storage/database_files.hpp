#pragma once

#include "storage/file_identity.hpp"
#include "storage/sqlite.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace rollcall {

/// The files of an open database in WAL mode, by their names when it was opened. Others may move, delete or
/// replace them meanwhile: SQLite goes on writing into a file that has no name any more, without an error.
/// One thread at a time.
class database_files {
public:
  /// As they are now. Something has to have been read, for only then SQLite opens the write-ahead file.
  explicit database_files(std::filesystem::path file);

  /// What has become of them; none: they are where they were. Two or three system calls.
  std::optional<std::string> loss() const;

  /// True when the main file has its name still, or the write-ahead file.
  bool has_main() const { return main_ && identity_of(file_) == main_; }
  bool has_wal() const { return wal_ && identity_of(wal_name()) == wal_; }

  /// To be called before `db`, which has these files open, is closed for good. Moves what is in the
  /// write-ahead file into the main one, where it can and that is not damaged. Where the main file lost its
  /// name, it deletes the names of the write-ahead files that it has left behind: SQLite would apply them to
  /// the file that replaces it.
  void leave(sqlite::database& db, bool damaged = false) const;

private:
  std::string wal_name() const { return file_.string() + "-wal"; }

  std::filesystem::path file_;
  std::optional<file_identity> main_;
  std::optional<file_identity> wal_;
};

} // namespace rollcall
