#pragma once

#include "domain/directory.hpp"
#include "storage/directory_changes.hpp"
#include "storage/open_mode.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall {

/// What an import did.
struct import_report {
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
};

/// Where a directory is kept. One thread at a time; every function blocks on the disk. Whatever fails below
/// (a file, a disk, a lock) comes as std::runtime_error naming the database.
class directory_store {
public:
  virtual ~directory_store() = default;

  /// The directory as stored, linked and checked; empty when nothing was imported yet. Throws directory_error
  /// when something else than rollcall has written what makes no directory.
  virtual directory_ptr load() = 0;

  /// The realm that the password hashes were made for; empty when nothing was imported yet. A daemon of
  /// another realm could let nobody in and must refuse to start.
  virtual std::string realm() = 0;

  /// Creates and replaces entries by id, all of them or, when directory_error is thrown, none. `realm` must
  /// be that of earlier imports, and of the file's digests.
  virtual import_report import(const directory_changes& changes, std::string_view realm) = 0;
};

/// Opens the store of a `[directory] url`. Throws std::invalid_argument for a url that names none, and
/// std::runtime_error when it cannot be opened or is newer than this program.
std::unique_ptr<directory_store> open_directory_store(std::string_view url,
                                                      open_mode mode = open_mode::create);

} // namespace rollcall
