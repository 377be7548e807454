#include "storage/postgres_schema.hpp"

namespace rollcall::postgres {

namespace {

/// The key of the advisory lock that migrations take: "rlcd".
constexpr auto lock_the_schema = "SELECT pg_advisory_xact_lock(1919705956)";

[[noreturn]] void refuse(const database& db, const std::string& reason) {
  throw error{db.name() + ": " + reason, ""};
}

bool missing(database& db, const schema& wanted) {
  statement query{db, "SELECT CAST(to_regnamespace($1) IS NULL AS integer)"};
  return query.with(wanted.name).step() && query.integer(0) != 0;
}

bool foreign(database& db, const schema& wanted) {
  statement query{db, "SELECT CAST(to_regclass($1) IS NULL AS integer)"};
  return query.with(std::string{wanted.name} + ".version").step() && query.integer(0) != 0;
}

/// The version of a schema that is there, after checking that it is ours.
std::int64_t version_of(database& db, const schema& wanted) {
  if (foreign(db, wanted))
    refuse(db, "schema '" + std::string{wanted.name} + "' is something else's, not that of a rollcall "
                   + wanted.what);
  const auto version = db.integer("SELECT number FROM version");
  const auto newest = static_cast<std::int64_t>(wanted.migrations.size());
  if (version > newest)
    refuse(db, "schema version " + std::to_string(version) + " is newer than the " + std::to_string(newest)
                   + " this program knows; use the rollcall that wrote it, or a later one");
  return version;
}

void begin_schema(database& db, const schema& wanted) {
  db.execute("CREATE SCHEMA " + std::string{wanted.name});
  db.execute("CREATE TABLE version (number BIGINT NOT NULL)");
  db.execute("INSERT INTO version VALUES (0)");
}

} // namespace

void migrate(database& db, const schema& wanted, open_mode mode) {
  const bool none = missing(db, wanted);
  const auto newest = static_cast<std::int64_t>(wanted.migrations.size());
  if (none && mode != open_mode::create)
    throw no_directory_yet{db.name() + " holds no rollcall " + wanted.what};
  const auto found = none ? 0 : version_of(db, wanted);
  if (found == newest)
    return;
  if (mode == open_mode::read_only)
    refuse(db, "schema version " + std::to_string(found) + " is older than the " + std::to_string(newest)
                   + " of this program; open it once for writing to bring it up to date");
  transaction all{db, transaction::kind::write};
  db.execute(lock_the_schema);
  // Asked again under the lock: another program may have been faster.
  if (missing(db, wanted))
    begin_schema(db, wanted);
  for (auto version = version_of(db, wanted); version < newest; ++version)
    db.execute(wanted.migrations[static_cast<std::size_t>(version)]);
  statement{db, "UPDATE version SET number = $1"}.run(newest);
  all.commit();
}

} // namespace rollcall::postgres
