#pragma once

#include "storage/directory_store.hpp"
#include "storage/sqlite.hpp"

#include <filesystem>
#include <vector>

namespace rollcall {

/// A directory in an SQLite file. Other processes may read while one writes. Throws sqlite::error, and
/// wrong_database for a file that no waiting mends, no_directory_yet for one with nothing in it.
class sqlite_directory : public directory_store {
public:
  explicit sqlite_directory(const std::filesystem::path& file, open_mode mode = open_mode::create);

  /// Brings a file that is there up to date.
  static migration_report migrate(const std::filesystem::path& file);

  directory_ptr load() override;
  std::string realm() override;
  import_report import(const directory_changes& changes, std::string_view realm) override;

private:
  directory_entries entries();
  void write(const directory_entries& changed);
  void write_logins(const std::vector<customer>& changed);

  sqlite::database db_;
};

} // namespace rollcall
