#pragma once

#include "storage/sqlite.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace rollcall {

/// What the tables of a database are, and how they became so.
struct schema {
  std::string_view name;       ///< for messages: "directory"
  std::int32_t application_id; ///< stands in the file's header, so that no other database is taken for ours
  /// Statements that bring version i to version i + 1; version 0 is an empty file. Never changed once
  /// released, only added to.
  std::span<const char* const> migrations;
};

/// Brings the database to the schema's newest version, in one transaction. Throws sqlite::error for a
/// database that is newer than this program or of something else, for an empty one unless it was opened to
/// create it, and for an old one that was opened read_only.
void migrate(sqlite::database& db, const schema& wanted, open_mode mode);

/// Changes nothing. Throws sqlite::error for a database that migrate() would never take.
void check_version(sqlite::database& db, const schema& wanted);

} // namespace rollcall
