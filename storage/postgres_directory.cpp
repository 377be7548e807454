#include "storage/postgres_directory.hpp"

#include "storage/directory_rows.hpp"
#include "storage/postgres_array.hpp"
#include "storage/postgres_schema.hpp"

#include <algorithm>
#include <span>

namespace rollcall {

namespace {

using postgres::array;
using postgres::statement;
using postgres::transaction;

// The tables of the SQLite directory. The trigger is the database's own, so that a change by hand is told
// like an import; of one transaction the server tells once, and only when it is committed.
constexpr const char* version_1 = R"(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE environment (
  i_environment BIGINT PRIMARY KEY,
  name          TEXT NOT NULL
);
CREATE TABLE customer (
  i_customer    BIGINT PRIMARY KEY,
  i_wholesaler  BIGINT REFERENCES customer DEFERRABLE INITIALLY DEFERRED,    -- NULL: a root customer
  i_environment BIGINT REFERENCES environment DEFERRABLE INITIALLY DEFERRED, -- NULL: that of its root
  name          TEXT NOT NULL,
  web_login     TEXT NOT NULL, -- '': cannot log in
  md5           TEXT NOT NULL, -- H(login:realm:password), never the password
  sha256        TEXT NOT NULL,
  api_access    BOOLEAN NOT NULL,
  CHECK ((i_wholesaler IS NULL) = (i_environment IS NOT NULL))
);
CREATE TABLE account (
  i_account  BIGINT PRIMARY KEY,
  i_customer BIGINT NOT NULL REFERENCES customer DEFERRABLE INITIALLY DEFERRED,
  username   TEXT NOT NULL
);
CREATE TABLE vendor (
  i_vendor BIGINT PRIMARY KEY,
  name     TEXT NOT NULL
);
CREATE TABLE connection (
  i_connection BIGINT PRIMARY KEY,
  i_vendor     BIGINT NOT NULL REFERENCES vendor DEFERRABLE INITIALLY DEFERRED,
  name         TEXT NOT NULL
);
CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN PERFORM pg_notify('rollcall_directory', ''); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON meta
  EXECUTE FUNCTION tell_of_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON environment
  EXECUTE FUNCTION tell_of_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON customer
  EXECUTE FUNCTION tell_of_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON account
  EXECUTE FUNCTION tell_of_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON vendor
  EXECUTE FUNCTION tell_of_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON connection
  EXECUTE FUNCTION tell_of_change();
)";
// From here on the schema says who may read it.
constexpr const char* version_2 = "ALTER TABLE version ADD COLUMN oldest_reader BIGINT NOT NULL DEFAULT 1";
// As in SQLite. The table of logins gets the owner and the grants of the table of customers, whoever
// migrates: a node that cannot read it keeps the directory that it has in memory.
constexpr const char* version_3 = R"(
ALTER TABLE customer
  ADD COLUMN api_rights TEXT -- 'view disconnect'; '': none; NULL: the usual ones
    CHECK (api_rights ~ '^((view|disconnect|bulk|quarantine)( +|$))*$'),
  ADD COLUMN max_sessions BIGINT NOT NULL DEFAULT -1 -- -1: no limit
    CHECK (max_sessions BETWEEN -1 AND 2147483647);
ALTER TABLE account
  ADD COLUMN max_sessions BIGINT NOT NULL DEFAULT -1 CHECK (max_sessions BETWEEN -1 AND 2147483647);
CREATE TABLE login (
  web_login  TEXT PRIMARY KEY CHECK (web_login <> ''), -- that of no customer either
  i_customer BIGINT NOT NULL REFERENCES customer ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  md5        TEXT NOT NULL, -- as a customer's
  sha256     TEXT NOT NULL,
  api_rights TEXT -- NULL: those of the customer
    CHECK (api_rights ~ '^((view|disconnect|bulk|quarantine)( +|$))*$')
);
CREATE INDEX login_by_customer ON login (i_customer);
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON login
  EXECUTE FUNCTION tell_of_change();
DO $$
DECLARE
  may record;
BEGIN
  EXECUTE (SELECT 'ALTER TABLE login OWNER TO ' || quote_ident(pg_get_userbyid(relowner))
           FROM pg_class WHERE oid = CAST('customer' AS regclass));
  FOR may IN
    SELECT granted.privilege_type AS what,
           CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END AS who
    FROM pg_class, aclexplode(relacl) AS granted WHERE pg_class.oid = CAST('customer' AS regclass)
  LOOP
    EXECUTE 'GRANT ' || may.what || ' ON login TO ' || may.who;
  END LOOP;
END $$;
)";
constexpr const char* migrations[] = {version_1, version_2, version_3};
constexpr postgres::schema directory_schema{"directory", "rollcall", migrations};

constexpr auto listen_to_changes = "LISTEN rollcall_directory";

/// SQLSTATE read_only_sql_transaction: only a server in recovery refuses to LISTEN.
constexpr std::string_view read_only_server = "25006";

/// Other imports wait here, and so does whoever changes a table by hand: what is checked stays as it is until
/// it is written. Readers do not wait.
constexpr auto lock_out_other_writers =
    "LOCK TABLE meta, environment, customer, account, vendor, connection, login IN SHARE ROW EXCLUSIVE MODE";

/// So many rows are one statement: few enough for the server to be heard of now and then.
constexpr std::size_t rows_at_once = 10'000;

template <class Entry, class Write>
void in_portions(const std::vector<Entry>& entries, Write write) {
  for (std::span<const Entry> rest{entries}; !rest.empty();) {
    const auto portion = rest.first(std::min(rows_at_once, rest.size()));
    write(portion);
    rest = rest.subspan(portion.size());
  }
}

void refuse_nul(const char* kind, std::int64_t id, std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    throw directory_error{std::string{kind} + ' ' + std::to_string(id)
                          + ": PostgreSQL cannot keep a text with a NUL in it"};
}

template <class Entry>
void write_named(postgres::database& db, const char* kind, const char* sql,
                 const std::vector<Entry>& entries) {
  in_portions(entries, [&](std::span<const Entry> portion) {
    array ids;
    array names;
    for (const auto& each : portion) {
      refuse_nul(kind, each.id.value(), each.name);
      ids.add(each.id.value());
      names.add(each.name);
    }
    statement{db, sql}.run(ids.text(), names.text());
  });
}

void add(array& to, const std::optional<rights>& granted) {
  if (const auto text = text_or_null(granted))
    to.add(std::string_view{*text});
  else
    to.add_null();
}

void write_customers(postgres::database& db, std::span<const customer> portion) {
  array ids, wholesalers, environments, names, logins, md5, sha256, access, granted, limits;
  for (const auto& c : portion) {
    refuse_nul("customer", c.id.value(), c.name);
    refuse_nul("customer", c.id.value(), c.web_login);
    ids.add(c.id.value());
    wholesalers.add(or_null(c.wholesaler));
    environments.add(own_environment(c));
    names.add(c.name);
    logins.add(c.web_login);
    md5.add(c.password.md5);
    sha256.add(c.password.sha256);
    access.add(c.api_access);
    add(granted, c.api_rights);
    limits.add(c.max_sessions);
  }
  statement{db,
            "INSERT INTO customer (i_customer, i_wholesaler, i_environment, name, web_login, md5, sha256, "
            "api_access, api_rights, max_sessions) SELECT * FROM unnest($1::bigint[], $2::bigint[], "
            "$3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[], "
            "$10::bigint[]) "
            "ON CONFLICT (i_customer) DO UPDATE SET i_wholesaler = EXCLUDED.i_wholesaler, "
            "i_environment = EXCLUDED.i_environment, name = EXCLUDED.name, "
            "web_login = EXCLUDED.web_login, md5 = EXCLUDED.md5, sha256 = EXCLUDED.sha256, "
            "api_access = EXCLUDED.api_access, api_rights = EXCLUDED.api_rights, "
            "max_sessions = EXCLUDED.max_sessions"}
      .run(ids.text(), wholesalers.text(), environments.text(), names.text(), logins.text(), md5.text(),
           sha256.text(), access.text(), granted.text(), limits.text());
}

void write_logins(postgres::database& db, std::span<const customer> portion) {
  array names, customers, md5, sha256, granted;
  for (const auto& c : portion)
    for (const auto& one : c.logins) {
      refuse_nul("customer", c.id.value(), one.web_login);
      names.add(one.web_login);
      customers.add(c.id.value());
      md5.add(one.password.md5);
      sha256.add(one.password.sha256);
      add(granted, one.api_rights);
    }
  statement{db, "INSERT INTO login (web_login, i_customer, md5, sha256, api_rights) SELECT * FROM "
                "unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) "
                "ON CONFLICT (web_login) DO UPDATE SET i_customer = EXCLUDED.i_customer, "
                "md5 = EXCLUDED.md5, sha256 = EXCLUDED.sha256, api_rights = EXCLUDED.api_rights"}
      .run(names.text(), customers.text(), md5.text(), sha256.text(), granted.text());
}

void take_away_logins(postgres::database& db, std::span<const customer> portion) {
  array customers, kept;
  for (const auto& c : portion) {
    customers.add(c.id.value());
    for (const auto& one : c.logins)
      kept.add(one.web_login);
  }
  statement{db, "DELETE FROM login WHERE i_customer = ANY($1::bigint[]) AND web_login <> ALL($2::text[])"}
      .run(customers.text(), kept.text());
}

void write_accounts(postgres::database& db, std::span<const account> portion) {
  array ids, customers, usernames, limits;
  for (const auto& a : portion) {
    refuse_nul("account", a.id.value(), a.username);
    ids.add(a.id.value());
    customers.add(a.customer.value());
    usernames.add(a.username);
    limits.add(a.max_sessions);
  }
  statement{db, "INSERT INTO account (i_account, i_customer, username, max_sessions) SELECT * FROM "
                "unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) "
                "ON CONFLICT (i_account) DO UPDATE SET i_customer = EXCLUDED.i_customer, "
                "username = EXCLUDED.username, max_sessions = EXCLUDED.max_sessions"}
      .run(ids.text(), customers.text(), usernames.text(), limits.text());
}

void write_connections(postgres::database& db, std::span<const connection> portion) {
  array ids, vendors, names;
  for (const auto& c : portion) {
    refuse_nul("connection", c.id.value(), c.name);
    ids.add(c.id.value());
    vendors.add(c.vendor.value());
    names.add(c.name);
  }
  statement{db, "INSERT INTO connection (i_connection, i_vendor, name) SELECT * FROM unnest($1::bigint[], "
                "$2::bigint[], $3::text[]) "
                "ON CONFLICT (i_connection) DO UPDATE SET i_vendor = EXCLUDED.i_vendor, name = EXCLUDED.name"}
      .run(ids.text(), vendors.text(), names.text());
}

} // namespace

postgres_directory::postgres_directory(const database_url& url, open_mode mode)
    : db_(url, mode, directory_schema.name) {
  postgres::prepare(db_, directory_schema, mode);
}

migration_report postgres_directory::migrate(const database_url& url) {
  postgres::database db{url, open_mode::create, directory_schema.name};
  const auto found = postgres::migrate(db, directory_schema, open_mode::existing);
  return {found, std::max(found, directory_schema.newest())};
}

void postgres_directory::listen() {
  try {
    db_.execute(listen_to_changes);
  } catch (const postgres::error& e) {
    if (e.state == read_only_server)
      throw postgres::error{db_.name()
                                + " is a standby, which tells nobody of changes: name the primary, or add "
                                  "target_session_attrs=read-write to the url",
                            e.state};
    throw;
  }
}

directory_ptr postgres_directory::load() {
  transaction picture{db_, transaction::kind::read};
  return directory::link(entries());
}

directory_entries postgres_directory::entries() {
  return read_entries<statement>(db_, db_.integer("SELECT number FROM version"));
}

std::string postgres_directory::realm() { return read_realm<statement>(db_); }

import_report postgres_directory::import(const directory_changes& changes, std::string_view realm) {
  transaction all{db_, transaction::kind::write};
  postgres::refuse_older(db_, directory_schema);
  db_.execute(lock_out_other_writers);
  const auto stored = this->realm();
  check_realm(stored, realm, changes, db_.name());
  if (stored.empty())
    statement{db_, "INSERT INTO meta (key, value) VALUES ('realm', $1)"}.run(realm);
  auto merged = merge_checked(entries(), changes, realm);
  directory::link(std::move(merged.entries));
  write(merged.changed);
  all.commit();
  return {merged.created, merged.updated, merged.unchanged};
}

void postgres_directory::write(const directory_entries& changed) {
  write_named(db_, "environment",
              "INSERT INTO environment (i_environment, name) SELECT * FROM unnest($1::bigint[], $2::text[]) "
              "ON CONFLICT (i_environment) DO UPDATE SET name = EXCLUDED.name",
              changed.environments);
  in_portions(changed.customers, [&](auto portion) { write_customers(db_, portion); });
  // First those that are there, for one may go from one customer to another: what is still its former
  // customer's after that was left out.
  in_portions(changed.customers, [&](auto portion) { write_logins(db_, portion); });
  in_portions(changed.customers, [&](auto portion) { take_away_logins(db_, portion); });
  in_portions(changed.accounts, [&](auto portion) { write_accounts(db_, portion); });
  write_named(db_, "vendor",
              "INSERT INTO vendor (i_vendor, name) SELECT * FROM unnest($1::bigint[], $2::text[]) "
              "ON CONFLICT (i_vendor) DO UPDATE SET name = EXCLUDED.name",
              changed.vendors);
  in_portions(changed.connections, [&](auto portion) { write_connections(db_, portion); });
}

bool postgres_directory::wait_for_change(std::chrono::milliseconds within) {
  if (db_.notified(within))
    return true;
  db_.integer("SELECT 1"); // a server that stands still, or a network that does, is silent too
  return db_.notified(std::chrono::milliseconds{0});
}

} // namespace rollcall
