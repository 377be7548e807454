#include "storage/sqlite_directory.hpp"

#include "storage/database_url.hpp"
#include "storage/schema.hpp"

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
constexpr const char* migrations[] = {version_1};
constexpr schema directory_schema{"directory", 0x726c6364 /* "rlcd" */, migrations};

/// NULL for an id that is not known.
template <class Id>
std::optional<std::int64_t> or_null(Id id) {
  return id.known() ? std::optional{id.value()} : std::nullopt;
}

template <class Entry, class Read>
std::vector<Entry> rows(sqlite::database& db, std::string_view table, std::string_view columns, Read read) {
  std::vector<Entry> out;
  out.reserve(static_cast<std::size_t>(db.integer("SELECT count(*) FROM " + std::string{table})));
  sqlite::statement query{db,
                          "SELECT " + std::string{columns} + " FROM " + std::string{table} + " ORDER BY 1"};
  while (query.step())
    out.push_back(read(query));
  return out;
}

} // namespace

sqlite_directory::sqlite_directory(const std::filesystem::path& file, open_mode mode) : db_(file, mode) {
  migrate(db_, directory_schema, mode);
}

directory_ptr sqlite_directory::load() {
  sqlite::transaction picture{db_, sqlite::transaction::kind::read};
  return directory::link(read());
}

std::string sqlite_directory::realm() {
  sqlite::statement query{db_, "SELECT value FROM meta WHERE key = 'realm'"};
  return query.step() ? query.text(0) : std::string{};
}

import_report sqlite_directory::import(const directory_changes& changes, std::string_view realm) {
  sqlite::transaction all{db_, sqlite::transaction::kind::write};
  settle_realm(changes, realm);
  auto merged = merge(read(), changes, realm);
  directory::link(std::move(merged.entries));
  write(merged.changed);
  all.commit();
  return {merged.created, merged.updated, merged.unchanged};
}

directory_entries sqlite_directory::read() {
  using row = const sqlite::statement&;
  directory_entries out;
  out.environments = rows<environment>(db_, "environment", "i_environment, name", [](row r) {
    return environment{environment_id{r.integer(0)}, r.text(1)};
  });
  out.customers = rows<customer>(
      db_, "customer", "i_customer, i_wholesaler, i_environment, name, web_login, md5, sha256, api_access",
      [](row r) {
        return customer{customer_id{r.integer(0)},
                        customer_id{r.integer(1)},
                        environment_id{r.integer(2)},
                        r.text(3),
                        r.text(4),
                        {r.text(5), r.text(6)},
                        r.integer(7) != 0};
      });
  out.accounts = rows<account>(db_, "account", "i_account, i_customer, username", [](row r) {
    return account{account_id{r.integer(0)}, customer_id{r.integer(1)}, r.text(2)};
  });
  out.vendors = rows<vendor>(db_, "vendor", "i_vendor, name", [](row r) {
    return vendor{vendor_id{r.integer(0)}, r.text(1)};
  });
  out.connections = rows<connection>(db_, "connection", "i_connection, i_vendor, name", [](row r) {
    return connection{connection_id{r.integer(0)}, vendor_id{r.integer(1)}, r.text(2)};
  });
  return out;
}

void sqlite_directory::write(const directory_entries& changed) {
  // REPLACE would delete first, and take what refers to the entry for dangling until it is back.
  sqlite::statement environments{db_, "INSERT INTO environment VALUES (?1, ?2) "
                                      "ON CONFLICT DO UPDATE SET name = ?2"};
  for (const auto& e : changed.environments)
    environments.run(e.id.value(), e.name);
  sqlite::statement customers{db_,
                              "INSERT INTO customer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                              "ON CONFLICT DO UPDATE SET i_wholesaler = ?2, i_environment = ?3, name = ?4, "
                              "web_login = ?5, md5 = ?6, sha256 = ?7, api_access = ?8"};
  for (const auto& c : changed.customers) {
    const auto own_environment = c.wholesaler.known() ? environment_id{} : c.environment;
    customers.run(c.id.value(), or_null(c.wholesaler), or_null(own_environment), c.name, c.web_login,
                  c.password.md5, c.password.sha256, c.api_access);
  }
  sqlite::statement accounts{db_, "INSERT INTO account VALUES (?1, ?2, ?3) "
                                  "ON CONFLICT DO UPDATE SET i_customer = ?2, username = ?3"};
  for (const auto& a : changed.accounts)
    accounts.run(a.id.value(), a.customer.value(), a.username);
  sqlite::statement vendors{db_, "INSERT INTO vendor VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = ?2"};
  for (const auto& v : changed.vendors)
    vendors.run(v.id.value(), v.name);
  sqlite::statement connections{db_, "INSERT INTO connection VALUES (?1, ?2, ?3) "
                                     "ON CONFLICT DO UPDATE SET i_vendor = ?2, name = ?3"};
  for (const auto& c : changed.connections)
    connections.run(c.id.value(), c.vendor.value(), c.name);
}

void sqlite_directory::settle_realm(const directory_changes& changes, std::string_view wanted) {
  const auto stored = realm();
  if (wanted.empty())
    throw directory_error{"a directory needs a realm"};
  if (!stored.empty() && stored != wanted)
    throw directory_error{"the passwords in " + db_.file().string() + " are of realm '" + stored
                          + "', not of '" + std::string{wanted} + '\''};
  if (changes.realm && *changes.realm != wanted)
    throw directory_error{"the digests in the file are of realm '" + *changes.realm + "', not of '"
                          + std::string{wanted} + '\''};
  if (stored.empty())
    sqlite::statement{db_, "INSERT INTO meta VALUES ('realm', ?)"}.run(wanted);
}

std::unique_ptr<directory_store> open_directory_store(std::string_view url, open_mode mode) {
  return std::make_unique<sqlite_directory>(parse_database_url(url), mode);
}

} // namespace rollcall
