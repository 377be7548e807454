#pragma once

#include "storage/postgres.hpp"

#include <cstdint>
#include <span>

namespace rollcall::postgres {

/// What the tables of a PostgreSQL schema are, and how they became so. Its table `version` says which it is.
struct schema {
  const char* what; ///< for messages: "directory"
  const char* name; ///< of the PostgreSQL schema, a plain word
  /// Statements that bring version i to version i + 1; version 0 is an empty schema. Never changed once
  /// released, only added to.
  std::span<const char* const> migrations;
};

/// Brings the schema to its newest version, in one transaction, one program at a time. Throws error when it
/// is newer than this program or something else's, and when it is old and was opened read_only;
/// no_directory_yet when there is none and it was not opened to create it.
void migrate(database& db, const schema& wanted, open_mode mode);

} // namespace rollcall::postgres
