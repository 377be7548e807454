#include "storage/audit_log.hpp"
#include "storage/directory_json.hpp"
#include "storage/history_db.hpp"
#include "tests/unit/directory_backends.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// Databases of every version that there ever was are read, and brought up to date. tests/data/versions has
/// them.
namespace rollcall::storage_versions_test {

namespace {

const std::filesystem::path data = std::filesystem::path{ROLLCALL_SOURCE_DIR} / "tests/data/versions";

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

/// What a directory of this version was made of. From version 3 on there are rights, limits and logins.
directory_changes sample(std::int64_t version) {
  return parse_directory(text_of(data / (version < 3 ? "sample.json" : "sample-3.json")));
}

directory_entries expected(std::int64_t version) {
  testing::in_sqlite fresh;
  const auto store = fresh.open();
  store->import(sample(version), "rollcall");
  return store->load()->entries();
}

void check_directory(const std::string& url, std::int64_t version, std::int64_t newest) {
  CAPTURE(version);
  for (const auto mode : {open_mode::read_only, open_mode::existing}) {
    const auto store = open_directory_store(url, mode);
    CHECK(store->load()->entries() == expected(version));
    CHECK(store->realm() == "rollcall");
  }
  if (version < newest)
    CHECK_THROWS_AS(open_directory_store(url)->import(sample(version), "rollcall"), wrong_database);
  const auto report = migrate_directory(url);
  CHECK(report.from == version);
  CHECK(report.to == newest);
  CHECK(open_directory_store(url)->load()->entries() == expected(version));
  CHECK(open_directory_store(url)->import(sample(version), "rollcall").unchanged == 7);
}

std::int64_t newest_directory() {
  testing::in_sqlite fresh;
  fresh.open();
  return migrate_directory(fresh.url()).to;
}

} // namespace

TEST_CASE("a directory file of every version is read as it is, and migrated") {
  const auto newest = newest_directory();
  for (std::int64_t version = 1; version <= newest; ++version) {
    testing::in_sqlite backend;
    std::filesystem::copy_file(data / ("directory-" + std::to_string(version) + ".db"), backend.shown());
    check_directory(backend.url(), version, newest);
  }
}

TEST_CASE("a directory in PostgreSQL of every version is read as it is, and migrated") {
  const auto newest = newest_directory();
  for (std::int64_t version = 1; version <= newest; ++version) {
    testing::in_postgres backend;
    backend.execute(text_of(data / ("directory-" + std::to_string(version) + ".sql")));
    check_directory(backend.url(), version, newest);
  }
}

TEST_CASE("a program of version 2 may use a directory of version 3") {
  testing::in_sqlite file;
  std::filesystem::copy_file(data / "directory-2.db", file.shown());
  migrate_directory(file.url());
  CHECK(sqlite::database{file.shown(), open_mode::existing}.integer("SELECT oldest_reader FROM compatibility")
        <= 2);
  testing::in_postgres server;
  server.execute(text_of(data / "directory-2.sql"));
  migrate_directory(server.url());
  CHECK(server.connect().integer("SELECT oldest_reader FROM version") <= 2);
}

TEST_CASE("who may read the customers in PostgreSQL may read their logins after the migration") {
  testing::in_postgres backend;
  backend.execute(text_of(data / "directory-2.sql"));
  backend.execute("GRANT SELECT ON rollcall.customer TO pg_monitor");
  migrate_directory(backend.url());
  const auto may = [&](const std::string& role, const std::string& what) {
    return backend.connect().integer("SELECT CAST(has_table_privilege('" + role + "', 'rollcall.login', '"
                                     + what + "') AS integer)");
  };
  CHECK(may("pg_monitor", "SELECT") == 1);
  CHECK(may("pg_monitor", "DELETE") == 0);
  CHECK(may("pg_signal_backend", "SELECT") == 0);
}

TEST_CASE("an audit log of every version is gone on with") {
  for (const auto version : {2, 3, 4}) {
    CAPTURE(version);
    testing::temporary_folder folder;
    const auto file = folder / "audit.db";
    std::filesystem::copy_file(data / ("audit-" + std::to_string(version) + ".db"), file);
    const auto look = [version](audit_log& log) {
      const auto entries = log.entries(10);
      REQUIRE(entries.size() == 1);
      CHECK(entries[0].request.method == "disconnectCall");
      CHECK(entries[0].request.reason == (version < 4 ? "" : "a bill is not paid"));
      const auto calls = log.calls(entries[0].number);
      REQUIRE(calls.size() == 1);
      CHECK(calls[0].id == "sbc-1:7");
      CHECK(calls[0].account == account_id{3});
      CHECK(log.notes("sbc-1:7").size() == 1);
    };
    {
      audit_log old{file, open_mode::read_only};
      look(old);
    }
    audit_log log{file};
    look(log);
    sqlite::database db{file, open_mode::read_only};
    CHECK(db.integer("PRAGMA user_version") == 4);
  }
}

TEST_CASE("a history of every version is read, and gone on with") {
  testing::temporary_folder folder;
  const auto file = folder / "history.db";
  std::filesystem::copy_file(data / "history-1.db", file);
  constexpr history_time begin{std::chrono::seconds{1'796'097'600}};
  const auto range = history_range::covering(begin, begin + std::chrono::minutes{4}, history_minute);
  const auto look = [&](history_db& db) {
    const auto of = [&](history_subject whose) {
      history_points points{range};
      db.read(whose, range, points);
      return points.take();
    };
    const auto all = of(history_subject{customer_id{1}});
    REQUIRE(all.size() >= 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(all[i].time == begin + i * history_minute);
      CHECK(all[i].total_max == 4);
      CHECK(all[i].connected_mean == 3);
    }
    CHECK(of(history_subject{account_id{21}}).front().total_max == 1);
  };
  {
    history_db old{file, open_mode::read_only};
    look(old);
  }
  history_db db{file};
  CHECK(db.write(packed(counted_minute{begin + std::chrono::minutes{3}, all_moments, true, {}}), {}));
  look(db);
}

} // namespace rollcall::storage_versions_test
