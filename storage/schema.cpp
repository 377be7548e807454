#include "storage/schema.hpp"

#include <sqlite3.h>

#include <string>

namespace rollcall {

namespace {

[[noreturn]] void refuse(const sqlite::database& db, const std::string& reason) {
  throw sqlite::error{db.file().string() + ": " + reason, SQLITE_SCHEMA};
}

/// The oldest version whose programs may read this database; none where it does not say.
std::int64_t oldest_reader_of(sqlite::database& db) {
  if (db.integer("SELECT count(*) FROM sqlite_master WHERE name = 'compatibility'") == 0)
    return INT64_MAX;
  return db.integer("SELECT oldest_reader FROM compatibility");
}

/// The database's version, after checking that it is one of ours.
std::int64_t version_of(sqlite::database& db, const schema& wanted) {
  const auto version = db.integer("PRAGMA user_version");
  const auto application = db.integer("PRAGMA application_id");
  const bool blank =
      version == 0 && application == 0 && db.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (!blank && application != wanted.application_id)
    refuse(db, "this is a database of something else, not a rollcall " + std::string{wanted.name});
  if (version > wanted.newest() && oldest_reader_of(db) > wanted.newest())
    refuse(db, "schema version " + std::to_string(version) + " is newer than the "
                   + std::to_string(wanted.newest())
                   + " this program knows; use the rollcall that wrote it, or a later one");
  return version;
}

[[noreturn]] void refuse_old(const sqlite::database& db, const schema& wanted, std::int64_t found) {
  refuse(db, "schema version " + std::to_string(found) + " is older than the "
                 + std::to_string(wanted.newest()) + " of this program; it has to be migrated first");
}

void refuse_blank(const sqlite::database& db, const schema& wanted, std::int64_t found, open_mode mode) {
  if (found == 0 && mode != open_mode::create)
    throw sqlite::error{db.file().string() + ": this file is empty, not a rollcall "
                            + std::string{wanted.name},
                        SQLITE_EMPTY};
}

} // namespace

void check_version(sqlite::database& db, const schema& wanted) { version_of(db, wanted); }

void refuse_older(sqlite::database& db, const schema& wanted) {
  if (const auto found = version_of(db, wanted); found < wanted.newest())
    refuse_old(db, wanted, found);
}

void prepare(sqlite::database& db, const schema& wanted, open_mode mode) {
  const auto found = version_of(db, wanted);
  refuse_blank(db, wanted, found, mode);
  if (found == 0)
    migrate(db, wanted, mode);
  else if (found < wanted.reads_from)
    refuse_old(db, wanted, found);
}

std::int64_t migrate(sqlite::database& db, const schema& wanted, open_mode mode) {
  const auto found = version_of(db, wanted);
  if (found >= wanted.newest())
    return found;
  refuse_blank(db, wanted, found, mode);
  // Readers and the one writer do not wait for each other. It stays so in the file, and cannot be set inside
  // a transaction.
  db.execute("PRAGMA journal_mode = WAL");
  sqlite::transaction all{db, sqlite::transaction::kind::write};
  // Asked again under the lock: another process may have been faster.
  for (auto version = version_of(db, wanted); version < wanted.newest(); ++version)
    db.execute(wanted.migrations[static_cast<std::size_t>(version)]);
  db.execute("PRAGMA application_id = " + std::to_string(wanted.application_id));
  if (version_of(db, wanted) < wanted.newest())
    db.execute("PRAGMA user_version = " + std::to_string(wanted.newest()));
  all.commit();
  return found;
}

} // namespace rollcall
