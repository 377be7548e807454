#pragma once

#include "storage/sqlite.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace rollcall {

/// What the tables of a database are, and how they became so (docs/decisions/0063-versions-of-a-database.md).
struct schema {
  std::string_view name;       ///< for messages: "directory"
  std::int32_t application_id; ///< stands in the file's header, so that no other database is taken for ours
  /// Statements that bring version i to version i + 1; version 0 is an empty file. Never changed once
  /// released, only added to, and each only adds: what a program of an older version knows is still there. A
  /// version that takes something away raises `oldest_reader` in the table `compatibility`.
  std::span<const char* const> migrations;
  std::int64_t reads_from = 1; ///< the oldest version that this program reads, with defaults for what is new

  std::int64_t newest() const noexcept { return static_cast<std::int64_t>(migrations.size()); }
};

/// Makes the tables in an empty database that was opened to create them, and changes nothing else. Throws
/// sqlite::error for a database that this program cannot go by: something else's, an empty one, one older
/// than `reads_from`, and a newer one that does not say that a program of this version may read it.
void prepare(sqlite::database& db, const schema& wanted, open_mode mode);

/// Brings the database to the schema's newest version, in one transaction; a newer one that this program may
/// read stays as it is. Returns the version that was found. Throws sqlite::error as prepare() does, but not
/// for old ones.
std::int64_t migrate(sqlite::database& db, const schema& wanted, open_mode mode);

/// Changes nothing. Throws sqlite::error for a database that migrate() would never take.
void check_version(sqlite::database& db, const schema& wanted);

/// Throws sqlite::error for one that must be migrated before this program writes to it.
void refuse_older(sqlite::database& db, const schema& wanted);

} // namespace rollcall
