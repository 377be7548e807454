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
// A program of version 2 leaves these columns as they are, and a customer's logins go with it; by the trigger
// also where foreign keys are not enforced, as in the sqlite3 shell.
constexpr const char* version_3 = R"(
ALTER TABLE customer ADD COLUMN api_rights TEXT -- 'view disconnect'; '': none; NULL: the usual ones
  CHECK (trim(replace(replace(replace(replace(api_rights, 'view', ''), 'disconnect', ''), 'bulk', ''),
                      'quarantine', '')) = '');
ALTER TABLE customer ADD COLUMN max_sessions INTEGER NOT NULL DEFAULT -1 -- -1: no limit
  CHECK (max_sessions BETWEEN -1 AND 2147483647);
ALTER TABLE account ADD COLUMN max_sessions INTEGER NOT NULL DEFAULT -1
  CHECK (max_sessions BETWEEN -1 AND 2147483647);
CREATE TABLE login (
  web_login  TEXT PRIMARY KEY CHECK (web_login <> ''), -- that of no customer either
  i_customer INTEGER NOT NULL REFERENCES customer ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  md5        TEXT NOT NULL, -- as a customer's
  sha256     TEXT NOT NULL,
  api_rights TEXT -- NULL: those of the customer
    CHECK (trim(replace(replace(replace(replace(api_rights, 'view', ''), 'disconnect', ''), 'bulk', ''),
                        'quarantine', '')) = '')
) STRICT, WITHOUT ROWID;
CREATE INDEX login_by_customer ON login (i_customer);
CREATE TRIGGER logins_go AFTER DELETE ON customer
  BEGIN DELETE FROM login WHERE i_customer = OLD.i_customer; END;
)";
constexpr const char* migrations[] = {version_1, version_2, version_3};
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
  return directory::link(entries());
}

directory_entries sqlite_directory::entries() {
  return read_entries<sqlite::statement>(db_, db_.integer("PRAGMA user_version"));
}

std::string sqlite_directory::realm() { return read_realm<sqlite::statement>(db_); }

import_report sqlite_directory::import(const directory_changes& changes, std::string_view realm) {
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  sorted_out([&] { refuse_older(db_, directory_schema); });
  const auto stored = this->realm();
  check_realm(stored, realm, changes, db_.file().string());
  if (stored.empty())
    sqlite::statement{db_, "INSERT INTO meta (key, value) VALUES ('realm', ?)"}.run(realm);
  auto merged = merge_checked(entries(), changes, realm);
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
           "api_access, api_rights, max_sessions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
           "ON CONFLICT DO UPDATE SET i_wholesaler = ?2, i_environment = ?3, name = ?4, "
           "web_login = ?5, md5 = ?6, sha256 = ?7, api_access = ?8, api_rights = ?9, max_sessions = ?10"};
  for (const auto& c : changed.customers) {
    customers.run(c.id.value(), or_null(c.wholesaler), own_environment(c), c.name, c.web_login,
                  c.password.md5, c.password.sha256, c.api_access, text_or_null(c.api_rights),
                  c.max_sessions);
  }
  write_logins(changed.customers);
  sqlite::statement accounts{
      db_, "INSERT INTO account (i_account, i_customer, username, max_sessions) VALUES (?1, ?2, ?3, ?4) "
           "ON CONFLICT DO UPDATE SET i_customer = ?2, username = ?3, max_sessions = ?4"};
  for (const auto& a : changed.accounts)
    accounts.run(a.id.value(), a.customer.value(), a.username, a.max_sessions);
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

void sqlite_directory::write_logins(const std::vector<customer>& changed) {
  // First those that are there, for one may go from one customer to another: what is still its former
  // customer's after that was left out.
  sqlite::statement put{
      db_, "INSERT INTO login (web_login, i_customer, md5, sha256, api_rights) VALUES (?1, ?2, ?3, ?4, ?5) "
           "ON CONFLICT DO UPDATE SET i_customer = ?2, md5 = ?3, sha256 = ?4, api_rights = ?5"};
  for (const auto& c : changed)
    for (const auto& one : c.logins)
      put.run(one.web_login, c.id.value(), one.password.md5, one.password.sha256,
              text_or_null(one.api_rights));
  sqlite::statement stored{db_, "SELECT web_login FROM login WHERE i_customer = ?"};
  sqlite::statement take_away{db_, "DELETE FROM login WHERE web_login = ?"};
  for (const auto& c : changed) {
    std::vector<std::string> left_out;
    for (stored.with(c.id.value()); stored.step();)
      if (std::none_of(c.logins.begin(), c.logins.end(),
                       [name = stored.text(0)](const auto& one) { return one.web_login == name; }))
        left_out.push_back(stored.text(0));
    stored.restart();
    for (const auto& name : left_out)
      take_away.run(name);
  }
}

} // namespace rollcall
