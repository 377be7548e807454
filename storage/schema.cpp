#include "storage/schema.hpp"

#include <sqlite3.h>

#include <string>

namespace rollcall {

namespace {

[[noreturn]] void refuse(const sqlite::database& db, const std::string& reason) {
  throw sqlite::error{db.file().string() + ": " + reason, SQLITE_SCHEMA};
}

/// The database's version, after checking that it is one of ours.
std::int64_t version_of(sqlite::database& db, const schema& wanted) {
  const auto version = db.integer("PRAGMA user_version");
  const auto newest = static_cast<std::int64_t>(wanted.migrations.size());
  const auto application = db.integer("PRAGMA application_id");
  const bool blank =
      version == 0 && application == 0 && db.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (!blank && application != wanted.application_id)
    refuse(db, "this is a database of something else, not a rollcall " + std::string{wanted.name});
  if (version > newest)
    refuse(db, "schema version " + std::to_string(version) + " is newer than the " + std::to_string(newest)
                   + " this program knows; use the rollcall that wrote it, or a later one");
  return version;
}

} // namespace

void check_version(sqlite::database& db, const schema& wanted) { version_of(db, wanted); }

void migrate(sqlite::database& db, const schema& wanted, open_mode mode) {
  const auto newest = static_cast<std::int64_t>(wanted.migrations.size());
  const auto found = version_of(db, wanted);
  if (found == newest)
    return;
  if (found == 0 && mode != open_mode::create)
    refuse(db, "this file is empty, not a rollcall " + std::string{wanted.name});
  if (mode == open_mode::read_only)
    refuse(db, "schema version " + std::to_string(found) + " is older than the " + std::to_string(newest)
                   + " of this program; open it once for writing to bring it up to date");
  // Readers and the one writer do not wait for each other. It stays so in the file, and cannot be set inside
  // a transaction.
  db.execute("PRAGMA journal_mode = WAL");
  sqlite::transaction all{db, sqlite::transaction::kind::write};
  // Asked again under the lock: another process may have been faster.
  for (auto version = version_of(db, wanted); version < newest; ++version)
    db.execute(wanted.migrations[static_cast<std::size_t>(version)]);
  db.execute("PRAGMA application_id = " + std::to_string(wanted.application_id));
  db.execute("PRAGMA user_version = " + std::to_string(newest));
  all.commit();
}

} // namespace rollcall
