#pragma once

#include "storage/directory_store.hpp"
#include "storage/file_identity.hpp"
#include "storage/sqlite_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace rollcall {

/// A directory in an SQLite file that is there, looked at once a second. Throws as sqlite_directory.
///
/// Whoever has a file open keeps its write-ahead file in being, and SQLite would take that for the one of
/// another file that is put under the name. So it is emptied when nobody writes, and removed when the file
/// has gone.
class watched_sqlite_directory : public watched_directory_store {
public:
  explicit watched_sqlite_directory(const std::filesystem::path& file);

  directory_ptr load() override { return directory_->load(); }
  std::string realm() override { return directory_->realm(); }
  import_report import(const directory_changes& changes, std::string_view realm) override {
    return directory_->import(changes, realm);
  }
  bool wait_for_change(std::chrono::milliseconds within) override;

private:
  std::int64_t commits();
  void empty_wal() noexcept;
  void leave();

  std::filesystem::path file_;
  std::filesystem::path wal_file_;
  std::optional<file_identity> identity_; ///< from before the file was opened
  std::optional<file_identity> wal_;      ///< while the file was still the one of its name
  std::optional<sqlite_directory> directory_;
  std::optional<sqlite::database> eye_; ///< what others commit, and `directory_` too
  std::int64_t seen_;
};

} // namespace rollcall
