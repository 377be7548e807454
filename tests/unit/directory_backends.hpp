#pragma once

#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"
#include "storage/postgres.hpp"
#include "storage/sqlite.hpp"
#include "tests/unit/postgres_server.hpp"
#include "tests/unit/storage_folder.hpp"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

/// The databases that a directory may be in, for tests that hold for all of them: each a fresh and empty one.
namespace rollcall::testing {

/// Seven entries: two customers, two accounts and one of each other kind.
inline const directory_changes& sample() {
  static const auto changes = parse_directory(R"(
{"environments": [{"i_environment": 1, "name": "default"}],
 "customers":    [{"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "web_login": "reseller", "api_password": "pw2"},
                  {"i_customer": 1, "i_environment": 1, "name": "root", "web_login": "ssp-root",
                   "api_password": "secret", "api_access": true}],
 "accounts":     [{"i_account": 3, "i_customer": 1, "username": "801"}, {"i_account": 4, "i_customer": 2, "username": "802"}],
 "vendors":      [{"i_vendor": 1, "name": "carrier"}],
 "connections":  [{"i_connection": 1, "i_vendor": 1, "name": "carrier-gw1"}]})");
  return changes;
}

/// Changes sample(): the reseller gets rights and logins, and there are limits. One login has no password.
inline const directory_changes& with_rights() {
  static const auto changes = parse_directory(R"(
{"customers": [{"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "api_rights": ["disconnect", "view"], "max_sessions": 30,
                "logins": [{"web_login": "night", "api_password": "pw3", "api_rights": []},
                           {"web_login": "desk", "api_password": "pw4"}]},
               {"i_customer": 1, "i_environment": 1, "name": "root",
                "logins": [{"web_login": "Desk", "api_rights": ["quarantine"]}]}],
 "accounts":  [{"i_account": 4, "i_customer": 2, "username": "802", "max_sessions": 0}]})");
  return changes;
}

/// What another program does in a transaction, until it is committed, or taken back by being destroyed.
template <class Database, class Transaction>
class other_program {
public:
  template <class... Arguments>
  explicit other_program(const std::string& sql, const Arguments&... where)
      : db_(where...), transaction_(db_, Transaction::kind::write) {
    db_.execute(sql);
  }
  void commit() { transaction_.commit(); }

private:
  Database db_;
  Transaction transaction_;
};

class in_sqlite {
public:
  static constexpr auto make_newer = "PRAGMA user_version = 99; UPDATE compatibility SET oldest_reader = 99";

  std::string url() const { return "sqlite://" + shown(); }
  std::string shown() const { return (folder_ / "directory.db").string(); }
  std::unique_ptr<directory_store> open(open_mode mode = open_mode::create) const {
    return open_directory_store(url(), mode);
  }
  void execute(const std::string& sql) const { sqlite::database{shown(), open_mode::existing}.execute(sql); }
  auto begin(const std::string& sql) const {
    return std::make_unique<other_program<sqlite::database, sqlite::transaction>>(sql, shown(),
                                                                                  open_mode::existing);
  }
  /// Whatever is stored, as bytes.
  std::string everything() const {
    std::ostringstream bytes;
    bytes << std::ifstream{shown()}.rdbuf() << std::ifstream{shown() + "-wal"}.rdbuf();
    return bytes.str();
  }

private:
  temporary_folder folder_;
};

class in_postgres {
public:
  static constexpr auto make_newer = "UPDATE version SET number = 99, oldest_reader = 99";

  const std::string& url() const { return url_; }
  std::string shown() const { return parse_database_url(url_).shown; }
  std::unique_ptr<directory_store> open(open_mode mode = open_mode::create) const {
    return open_directory_store(url(), mode);
  }
  postgres::database connect() const { return {parse_database_url(url_), open_mode::create, "rollcall"}; }
  void execute(const std::string& sql) const { connect().execute(sql); }
  auto begin(const std::string& sql) const {
    return std::make_unique<other_program<postgres::database, postgres::transaction>>(
        sql, parse_database_url(url_), open_mode::create, "rollcall");
  }
  std::string everything() const {
    auto db = connect();
    postgres::statement query{db,
                              "SELECT string_agg(customer::text, ' ') || "
                              "coalesce((SELECT string_agg(login::text, ' ') FROM login), '') FROM customer"};
    return query.step() ? query.text(0) : "";
  }

private:
  std::string url_ = postgres_server::running().new_database();
};

} // namespace rollcall::testing
