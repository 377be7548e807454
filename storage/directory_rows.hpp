#pragma once

#include "domain/directory/directory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the tables of a directory become entries: the same in every database, whose Statement is
/// sqlite::statement or speaks like it.
namespace rollcall {

/// NULL for an id that is not known.
template <class Id>
std::optional<std::int64_t> or_null(Id id) {
  return id.known() ? std::optional{id.value()} : std::nullopt;
}

/// The environment that is stored with a customer: a root's only, for all others have that of their root.
inline std::optional<std::int64_t> own_environment(const customer& c) {
  return c.wholesaler.known() ? std::nullopt : or_null(c.environment);
}

template <class Statement, class Entry, class Database, class Read>
std::vector<Entry> read_rows(Database& db, const std::string& table, const std::string& columns, Read read) {
  std::vector<Entry> out;
  out.reserve(static_cast<std::size_t>(db.integer("SELECT count(*) FROM " + table)));
  Statement query{db, "SELECT " + columns + " FROM " + table + " ORDER BY 1"};
  while (query.step())
    out.push_back(read(query));
  return out;
}

/// Everything, each kind by its ids. Call it in a transaction, so that it is of one moment.
template <class Statement, class Database>
directory_entries read_entries(Database& db) {
  using row = const Statement&;
  directory_entries out;
  out.environments = read_rows<Statement, environment>(db, "environment", "i_environment, name", [](row r) {
    return environment{environment_id{r.integer(0)}, r.text(1)};
  });
  out.customers = read_rows<Statement, customer>(
      db, "customer",
      "i_customer, i_wholesaler, i_environment, name, web_login, md5, sha256, CAST(api_access AS INTEGER)",
      [](row r) {
        return customer{customer_id{r.integer(0)},
                        customer_id{r.integer(1)},
                        environment_id{r.integer(2)},
                        r.text(3),
                        r.text(4),
                        {r.text(5), r.text(6)},
                        r.integer(7) != 0};
      });
  out.accounts = read_rows<Statement, account>(db, "account", "i_account, i_customer, username", [](row r) {
    return account{account_id{r.integer(0)}, customer_id{r.integer(1)}, r.text(2)};
  });
  out.vendors = read_rows<Statement, vendor>(db, "vendor", "i_vendor, name", [](row r) {
    return vendor{vendor_id{r.integer(0)}, r.text(1)};
  });
  out.connections =
      read_rows<Statement, connection>(db, "connection", "i_connection, i_vendor, name", [](row r) {
        return connection{connection_id{r.integer(0)}, vendor_id{r.integer(1)}, r.text(2)};
      });
  return out;
}

/// The realm of the passwords; empty before the first import.
template <class Statement, class Database>
std::string read_realm(Database& db) {
  Statement query{db, "SELECT value FROM meta WHERE key = 'realm'"};
  return query.step() ? query.text(0) : std::string{};
}

} // namespace rollcall
