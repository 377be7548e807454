#include "storage/sqlite_directory.hpp"

#include "storage/directory_rows.hpp"
#include "storage/schema.hpp"

#include <algorithm>
#include <system_error>

namespace rollcall {

namespace {

// References are checked at commit, because a file may name a subcustomer before its wholesaler. What SQL
// cannot say (cycles, logins, environments) directory::link checks before anything is written.
constexpr const char* version_1 = R"(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE environment (
  i_environment INTEGER PRIMARY KEY,
  name          TEXT NOT NULL
) STRICT;
CREATE TABLE customer (
  i_customer    INTEGER PRIMARY KEY,
  i_wholesaler  INTEGER REFERENCES customer DEFERRABLE INITIALLY DEFERRED,    -- NULL: a root customer
  i_environment INTEGER REFERENCES environment DEFERRABLE INITIALLY DEFERRED, -- NULL: that of its root
  name          TEXT NOT NULL,
  web_login     TEXT NOT NULL, -- '': cannot log in
  md5           TEXT NOT NULL, -- H(login:realm:password), never the password
  sha256        TEXT NOT NULL,
  api_access    INTEGER NOT NULL,
  CHECK ((i_wholesaler IS NULL) = (i_environment IS NOT NULL))
) STRICT;
CREATE TABLE account (
  i_account  INTEGER PRIMARY KEY,
  i_customer INTEGER NOT NULL REFERENCES customer DEFERRABLE INITIALLY DEFERRED,
  username   TEXT NOT NULL
) STRICT;
CREATE TABLE vendor (
  i_vendor INTEGER PRIMARY KEY,
  name     TEXT NOT NULL
) STRICT;
CREATE TABLE connection (
  i_connection INTEGER PRIMARY KEY,
  i_vendor     INTEGER NOT NULL REFERENCES vendor DEFERRABLE INITIALLY DEFERRED,
  name         TEXT NOT NULL
) STRICT;
)";
// From here on the file says who may read it.
constexpr const char* version_2 = R"(
CREATE TABLE compatibility (
  oldest_reader INTEGER NOT NULL -- the oldest version whose programs may read and write this one
) STRICT;
INSERT INTO compatibility VALUES (1);
)";
constexpr const char* migrations[] = {version_1, version_2};
constexpr schema directory_schema{"directory", 0x726c6364 /* "rlcd" */, migrations};

/// Runs `f`; what no waiting mends comes as wrong_database, and a file with nothing in it as
/// no_directory_yet.
template <class F>
auto sorted_out(F f) {
  try {
    return f();
  } catch (const sqlite::error& e) {
    if (e.is_of_emptiness())
      throw no_directory_yet{e.what()};
    if (e.is_of_the_file())
      throw wrong_database{e.what()};
    throw;
  }
}

} // namespace

sqlite_directory::sqlite_directory(const std::filesystem::path& file, open_mode mode)
    : db_(sorted_out([&] {
        std::error_code unknown;
        if (std::filesystem::is_directory(file, unknown))
          throw wrong_database{file.string() + ": this is a folder"};
        return sqlite::database{file, mode};
      })) {
  sorted_out([&] { prepare(db_, directory_schema, mode); });
}

migration_report sqlite_directory::migrate(const std::filesystem::path& file) {
  return sorted_out([&] {
    sqlite::database db{file, open_mode::existing};
    const auto found = rollcall::migrate(db, directory_schema, open_mode::existing);
    return migration_report{found, std::max(found, directory_schema.newest())};
  });
}

directory_ptr sqlite_directory::load() {
  sqlite::transaction picture{db_, sqlite::transaction::kind::read};
  return directory::link(read_entries<sqlite::statement>(db_));
}

std::string sqlite_directory::realm() { return read_realm<sqlite::statement>(db_); }

import_report sqlite_directory::import(const directory_changes& changes, std::string_view realm) {
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  sorted_out([&] { refuse_older(db_, directory_schema); });
  const auto stored = this->realm();
  check_realm(stored, realm, changes, db_.file().string());
  if (stored.empty())
    sqlite::statement{db_, "INSERT INTO meta (key, value) VALUES ('realm', ?)"}.run(realm);
  auto merged = merge_checked(read_entries<sqlite::statement>(db_), changes, realm);
  directory::link(std::move(merged.entries));
  write(merged.changed);
  all.commit();
  return {merged.created, merged.updated, merged.unchanged};
}

void sqlite_directory::write(const directory_entries& changed) {
  // A newer version may have more columns, so each statement names its own.
  // REPLACE would delete first, and take what refers to the entry for dangling until it is back.
  sqlite::statement environments{db_, "INSERT INTO environment (i_environment, name) VALUES (?1, ?2) "
                                      "ON CONFLICT DO UPDATE SET name = ?2"};
  for (const auto& e : changed.environments)
    environments.run(e.id.value(), e.name);
  sqlite::statement customers{
      db_, "INSERT INTO customer (i_customer, i_wholesaler, i_environment, name, web_login, md5, sha256, "
           "api_access) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
           "ON CONFLICT DO UPDATE SET i_wholesaler = ?2, i_environment = ?3, name = ?4, "
           "web_login = ?5, md5 = ?6, sha256 = ?7, api_access = ?8"};
  for (const auto& c : changed.customers) {
    customers.run(c.id.value(), or_null(c.wholesaler), own_environment(c), c.name, c.web_login,
                  c.password.md5, c.password.sha256, c.api_access);
  }
  sqlite::statement accounts{db_, "INSERT INTO account (i_account, i_customer, username) VALUES (?1, ?2, ?3) "
                                  "ON CONFLICT DO UPDATE SET i_customer = ?2, username = ?3"};
  for (const auto& a : changed.accounts)
    accounts.run(a.id.value(), a.customer.value(), a.username);
  sqlite::statement vendors{
      db_, "INSERT INTO vendor (i_vendor, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = ?2"};
  for (const auto& v : changed.vendors)
    vendors.run(v.id.value(), v.name);
  sqlite::statement connections{db_,
                                "INSERT INTO connection (i_connection, i_vendor, name) VALUES (?1, ?2, ?3) "
                                "ON CONFLICT DO UPDATE SET i_vendor = ?2, name = ?3"};
  for (const auto& c : changed.connections)
    connections.run(c.id.value(), c.vendor.value(), c.name);
}

} // namespace rollcall
