#include "storage/postgres_schema.hpp"
#include "tests/unit/directory_backends.hpp"

#include <doctest/doctest.h>

namespace rollcall::storage_postgres_test {

namespace {

constexpr const char* first[] = {"CREATE TABLE a (x INTEGER)"};
constexpr const char* both[] = {first[0], "ALTER TABLE a ADD COLUMN y INTEGER"};
constexpr const char* broken[] = {first[0], "CREATE TABLE a (x INTEGER)"};

postgres::schema things(std::span<const char* const> migrations) { return {"thing", "things", migrations}; }

postgres::database connected(const testing::in_postgres& to, open_mode mode) {
  return {parse_database_url(to.url()), mode, "things"};
}

template <class Act>
std::string refused(Act act) {
  return testing::refusal<postgres::error>(act);
}

template <class Act>
std::string wrong(Act act) {
  return testing::refusal<wrong_database>(act);
}

} // namespace

TEST_CASE("values travel beside the statement, whatever is in them") {
  testing::in_postgres backend;
  auto db = backend.connect();
  postgres::statement echo{db, "SELECT $1::text, $2::bigint, $3::text"};
  for (const std::string text : {"'", "\"", "\\", "$1", "--", "a\nb", ""}) {
    REQUIRE(echo.with(text, INT64_MIN, "x").step());
    CHECK(echo.text(0) == text);
    CHECK(echo.integer(1) == INT64_MIN);
  }
  CHECK_FALSE(echo.step());
}

TEST_CASE("an error of the server names the database, the statement and the reason") {
  testing::in_postgres backend;
  auto db = backend.connect();
  CHECK(refused([&] { db.execute("SELECT 1;\nNONSENSE"); })
        == backend.shown() + ": SELECT 1;: syntax error at or near \"NONSENSE\"");
  CHECK(refused([&] { db.integer("SELECT 1 WHERE false"); })
        == backend.shown() + ": SELECT 1 WHERE false: no row");
  CHECK(refused([&] {
          db.integer("SELECT sum(1 / x) FROM generate_series(-5, 5) x");
        }).ends_with("division by zero"));
  CHECK(db.integer("SELECT 7") == 7); // and the connection is as good as before
}

TEST_CASE("an abandoned query does not block the next one") {
  testing::in_postgres backend;
  auto db = backend.connect();
  {
    postgres::statement many{db, "SELECT generate_series(1, 10000)"};
    CHECK(many.step());
  }
  CHECK(db.integer("SELECT 7") == 7);
}

TEST_CASE("a transaction that is not committed has not happened") {
  testing::in_postgres backend;
  auto db = backend.connect();
  db.execute("CREATE SCHEMA rollcall; CREATE TABLE t (x INTEGER)");
  {
    postgres::transaction none{db, postgres::transaction::kind::write};
    db.execute("INSERT INTO t VALUES (1)");
  }
  CHECK(db.integer("SELECT count(*) FROM t") == 0);
}

TEST_CASE("a connection that does not come about or that is cut is an absence and no refusal") {
  testing::in_postgres backend;
  const auto nowhere = parse_database_url("postgresql://me:s3cr3t@127.0.0.1:1/d");
  const auto words = testing::refusal<database_away>([&] {
    postgres::database{nowhere, open_mode::read_only, "x"};
  });
  CHECK(words.starts_with(
      "postgresql://me@127.0.0.1:1/d: connection to server at \"127.0.0.1\", port 1 failed"));
  CHECK(words.find("s3cr3t") == std::string::npos);
  CHECK(words.find('\n') == std::string::npos);

  auto db = backend.connect();
  const auto pid = db.integer("SELECT pg_backend_pid()");
  backend.execute("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
  CHECK_THROWS_AS(db.integer("SELECT 7"), database_away);
  CHECK_THROWS_AS(db.execute("SELECT 7"), database_away);
}

TEST_CASE("a read-only connection cannot write") {
  testing::in_postgres backend;
  auto db = connected(backend, open_mode::read_only);
  CHECK(refused([&] { db.execute("CREATE SCHEMA things"); }).find("read-only") != std::string::npos);
}

TEST_CASE("a schema that is not there is made only by who creates one") {
  testing::in_postgres backend;
  for (const auto mode : {open_mode::existing, open_mode::read_only}) {
    auto db = connected(backend, mode);
    CHECK(testing::refusal<no_directory_yet>([&] { prepare(db, things(first), mode); })
          == backend.shown() + " holds no rollcall thing");
  }
  auto db = connected(backend, open_mode::create);
  prepare(db, things(first), open_mode::create);
  CHECK(db.integer("SELECT number FROM version") == 1);
}

TEST_CASE("an older schema is read as it is as long as the program knows how, and migrated on demand") {
  testing::in_postgres backend;
  auto writer = connected(backend, open_mode::create);
  prepare(writer, things(first), open_mode::create);
  auto reader = connected(backend, open_mode::read_only);
  prepare(reader, things(both), open_mode::read_only);
  auto too_new = things(both);
  too_new.reads_from = 2;
  CHECK(wrong([&] { prepare(reader, too_new, open_mode::read_only); })
        == backend.shown()
               + ": schema version 1 is older than the 2 of this program; it has to be migrated first");
  CHECK_THROWS_AS(refuse_older(writer, things(both)), wrong_database);
  CHECK(migrate(writer, things(both), open_mode::existing) == 1);
  refuse_older(writer, things(both));
  CHECK(writer.integer("SELECT count(y) FROM a") == 0);
  CHECK(writer.integer("SELECT number FROM version") == 2);
}

TEST_CASE("a newer schema is used only by programs that it names") {
  testing::in_postgres backend;
  auto db = connected(backend, open_mode::create);
  prepare(db, things(both), open_mode::create);
  CHECK(wrong([&] {
          prepare(db, things(first), open_mode::existing);
        }).find("newer than the 1 this program knows")
        != std::string::npos);
  db.execute("ALTER TABLE version ADD COLUMN oldest_reader BIGINT NOT NULL DEFAULT 2");
  CHECK_THROWS_AS(prepare(db, things(first), open_mode::existing), wrong_database);
  db.execute("UPDATE version SET oldest_reader = 1");
  prepare(db, things(first), open_mode::existing);
  CHECK(migrate(db, things(first), open_mode::existing) == 2);
}

TEST_CASE("a migration in PostgreSQL that fails leaves the database as it was") {
  testing::in_postgres backend;
  auto db = connected(backend, open_mode::create);
  CHECK_THROWS_AS(migrate(db, things(broken), open_mode::create), postgres::error);
  CHECK(db.integer("SELECT count(*) FROM pg_namespace WHERE nspname = 'things'") == 0);
}

TEST_CASE("a schema of the same name that is something else's is left alone") {
  testing::in_postgres backend;
  auto db = connected(backend, open_mode::create);
  db.execute("CREATE SCHEMA things; CREATE TABLE notes (text TEXT)");
  CHECK(wrong([&] { prepare(db, things(first), open_mode::create); })
        == backend.shown() + ": schema 'things' is something else's, not that of a rollcall thing");
}

} // namespace rollcall::storage_postgres_test
