#pragma once

#include "domain/directory/directory.hpp"
#include "storage/database_trouble.hpp"
#include "storage/directory_changes.hpp"
#include "storage/open_mode.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
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

/// What a migration did: the versions of the tables before and after.
struct migration_report {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Where a directory is kept. One thread at a time; every function blocks on the disk or on a server.
/// Whatever fails below (a file, a disk, a lock) comes as std::runtime_error naming the database; a server
/// that is not there, or does not answer in time, as database_away; what no waiting mends, as wrong_database.
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

/// A store that hears when what it holds changes, whoever changed it.
class watched_directory_store : public directory_store {
public:
  /// Waits up to `within` for news: true when the directory may have changed since the last true, or since
  /// the store was opened. When there is none it makes sure that the database still answers, and that the
  /// file is still the one that has the name. Throws database_away; the store is then of no use any more.
  virtual bool wait_for_change(std::chrono::milliseconds within) = 0;
};

/// Opens the store of a `[directory] url`. Throws std::invalid_argument for a url that names none,
/// no_directory_yet where a server has none and `mode` is not to create it, wrong_database where this program
/// cannot go by what is there, and std::runtime_error when it cannot be opened.
std::unique_ptr<directory_store> open_directory_store(std::string_view url,
                                                      open_mode mode = open_mode::create);

/// Opens the same for reading, by a connection of its own that hears of every change from then on: of a
/// server by its notifications, of a file by looking at it once a second.
std::unique_ptr<watched_directory_store> watch_directory_store(std::string_view url);

/// Brings the tables of a directory that is there to the newest version. What is in it stays. Throws as
/// open_directory_store().
migration_report migrate_directory(std::string_view url);

} // namespace rollcall
