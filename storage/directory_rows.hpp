#pragma once

#include "domain/directory/directory.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the tables of a directory become entries: the same in every database, whose Statement is
/// sqlite::statement or speaks like it.
namespace rollcall {

/// From this version of the tables on customers have rights and logins, and they and accounts a limit. Before
/// it nothing is said of either.
constexpr std::int64_t directory_with_rights = 3;

/// The logins of one customer, by the bytes of their names: the databases' own orders differ.
void in_order(std::vector<login>& logins);

/// NULL for rights that nothing is said of; an empty text is no right.
std::optional<std::string> text_or_null(const std::optional<rights>& granted);

/// The rights in a text of a database. Throws directory_error for one that holds something else; `whose` is
/// who has it: `customer 2`.
rights stored_rights(std::string_view text, const std::string& whose);

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

/// Gives customers, which are ordered by their ids, their logins.
template <class Statement, class Database>
void read_logins(Database& db, std::vector<customer>& customers) {
  Statement query{db, "SELECT i_customer, web_login, md5, sha256, api_rights FROM login"};
  while (query.step()) {
    const customer_id of{query.integer(0)};
    const auto found = std::lower_bound(customers.begin(), customers.end(), of,
                                        [](const customer& c, customer_id id) { return c.id < id; });
    const auto whose = "login '" + query.text(1) + "' of customer " + std::to_string(of.value());
    if (found == customers.end() || found->id != of)
      throw directory_error{whose + ": there is no such customer"};
    login one{query.text(1), {query.text(2), query.text(3)}};
    if (!query.null(4))
      one.api_rights = stored_rights(query.text(4), whose);
    found->logins.push_back(std::move(one));
  }
  for (auto& c : customers)
    in_order(c.logins);
}

/// Everything, each kind by its ids, from tables of this version. Call it in a transaction, so that it is of
/// one moment. Throws directory_error for what is in no directory at all.
template <class Statement, class Database>
directory_entries read_entries(Database& db, std::int64_t version) {
  using row = const Statement&;
  const auto told = version >= directory_with_rights;
  const std::string rights_column = told ? ", api_rights" : ", NULL";
  const std::string limit_column = told ? ", max_sessions" : ", -1";
  directory_entries out;
  out.environments = read_rows<Statement, environment>(db, "environment", "i_environment, name", [](row r) {
    return environment{environment_id{r.integer(0)}, r.text(1)};
  });
  out.customers = read_rows<Statement, customer>(
      db, "customer",
      "i_customer, i_wholesaler, i_environment, name, web_login, md5, sha256, CAST(api_access AS INTEGER)"
          + limit_column + rights_column,
      [](row r) {
        customer c{customer_id{r.integer(0)},
                   customer_id{r.integer(1)},
                   environment_id{r.integer(2)},
                   r.text(3),
                   r.text(4),
                   {r.text(5), r.text(6)},
                   r.integer(7) != 0};
        c.max_sessions = r.integer(8);
        if (!r.null(9))
          c.api_rights = stored_rights(r.text(9), "customer " + std::to_string(c.id.value()));
        return c;
      });
  if (told)
    read_logins<Statement>(db, out.customers);
  out.accounts = read_rows<Statement, account>(
      db, "account", "i_account, i_customer, username" + limit_column, [](row r) {
        return account{account_id{r.integer(0)}, customer_id{r.integer(1)}, r.text(2), r.integer(3)};
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
