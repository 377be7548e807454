#include "storage/postgres_schema.hpp"

namespace rollcall::postgres {

namespace {

/// The key of the advisory lock that migrations take: "rlcd".
constexpr auto lock_the_schema = "SELECT pg_advisory_xact_lock(1919705956)";

[[noreturn]] void refuse(const database& db, const std::string& reason) {
  throw wrong_database{db.name() + ": " + reason};
}

bool missing(database& db, const schema& wanted) {
  statement query{db, "SELECT CAST(to_regnamespace($1) IS NULL AS integer)"};
  return query.with(wanted.name).step() && query.integer(0) != 0;
}

bool foreign(database& db, const schema& wanted) {
  statement query{db, "SELECT CAST(to_regclass($1) IS NULL AS integer)"};
  return query.with(std::string{wanted.name} + ".version").step() && query.integer(0) != 0;
}

/// The oldest version whose programs may read this schema; none where it does not say.
std::int64_t oldest_reader_of(database& db, const schema& wanted) {
  statement query{db, "SELECT CAST(count(*) AS bigint) FROM pg_attribute WHERE attname = 'oldest_reader' "
                      "AND attrelid = to_regclass($1)"};
  if (!query.with(std::string{wanted.name} + ".version").step() || query.integer(0) == 0)
    return INT64_MAX;
  query.restart();
  return db.integer("SELECT oldest_reader FROM version");
}

/// The version of a schema that is there, after checking that it is ours.
std::int64_t version_of(database& db, const schema& wanted) {
  if (foreign(db, wanted))
    refuse(db, "schema '" + std::string{wanted.name} + "' is something else's, not that of a rollcall "
                   + wanted.what);
  const auto version = db.integer("SELECT number FROM version");
  if (version > wanted.newest() && oldest_reader_of(db, wanted) > wanted.newest())
    refuse(db, "schema version " + std::to_string(version) + " is newer than the "
                   + std::to_string(wanted.newest())
                   + " this program knows; use the rollcall that wrote it, or a later one");
  return version;
}

[[noreturn]] void refuse_old(const database& db, const schema& wanted, std::int64_t found) {
  refuse(db, "schema version " + std::to_string(found) + " is older than the "
                 + std::to_string(wanted.newest()) + " of this program; it has to be migrated first");
}

void begin_schema(database& db, const schema& wanted) {
  db.execute("CREATE SCHEMA " + std::string{wanted.name});
  db.execute("CREATE TABLE version (number BIGINT NOT NULL)");
  db.execute("INSERT INTO version VALUES (0)");
}

} // namespace

void refuse_older(database& db, const schema& wanted) {
  if (const auto found = version_of(db, wanted); found < wanted.newest())
    refuse_old(db, wanted, found);
}

void prepare(database& db, const schema& wanted, open_mode mode) {
  if (missing(db, wanted))
    migrate(db, wanted, mode);
  else if (const auto found = version_of(db, wanted); found < wanted.reads_from)
    refuse_old(db, wanted, found);
}

std::int64_t migrate(database& db, const schema& wanted, open_mode mode) {
  const bool none = missing(db, wanted);
  if (none && mode != open_mode::create)
    throw no_directory_yet{db.name() + " holds no rollcall " + wanted.what};
  const auto found = none ? 0 : version_of(db, wanted);
  if (found >= wanted.newest())
    return found;
  transaction all{db, transaction::kind::write};
  db.execute(lock_the_schema);
  // Asked again under the lock: another program may have been faster.
  if (missing(db, wanted))
    begin_schema(db, wanted);
  const auto from = version_of(db, wanted);
  for (auto version = from; version < wanted.newest(); ++version)
    db.execute(wanted.migrations[static_cast<std::size_t>(version)]);
  if (from < wanted.newest())
    statement{db, "UPDATE version SET number = $1"}.run(wanted.newest());
  all.commit();
  return found;
}

} // namespace rollcall::postgres
