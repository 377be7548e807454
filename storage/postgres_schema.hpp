#pragma once

#include "storage/postgres.hpp"

#include <cstdint>
#include <span>

namespace rollcall::postgres {

/// What the tables of a PostgreSQL schema are, and how they became so. Its table `version` says which it is,
/// and from version 2 on the oldest version whose programs may read it; see rollcall::schema.
struct schema {
  const char* what; ///< for messages: "directory"
  const char* name; ///< of the PostgreSQL schema, a plain word
  /// Statements that bring version i to version i + 1; version 0 is an empty schema. Never changed once
  /// released, only added to, and each only adds.
  std::span<const char* const> migrations;
  std::int64_t reads_from = 1; ///< the oldest version that this program reads

  std::int64_t newest() const noexcept { return static_cast<std::int64_t>(migrations.size()); }
};

/// Makes the schema where there is none and the database was opened to create it, and changes nothing else.
/// Throws wrong_database for one that this program cannot go by, and no_directory_yet when there is none.
void prepare(database& db, const schema& wanted, open_mode mode);

/// Brings the schema to its newest version, in one transaction, one program at a time; a newer one that this
/// program may read stays as it is. Returns the version that was found. Throws as prepare() does, but not for
/// old ones.
std::int64_t migrate(database& db, const schema& wanted, open_mode mode);

/// Throws wrong_database for one that must be migrated before this program writes to it.
void refuse_older(database& db, const schema& wanted);

} // namespace rollcall::postgres
